using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Kinds;

namespace Plumbline.Lab.Api.Http;

/// <summary>Reads a request's body, JSON or YAML.</summary>
internal static class RequestBody
{
    /// <summary>As kube-apiserver's.</summary>
    public const long MaxBytes = 3 * 1024 * 1024;

    /// <param name="duplicates">Collects the paths of repeated keys.</param>
    /// <exception cref="ApiStatusException">400 for what is no JSON or YAML, 413, 415.</exception>
    /// <param name="kind">What it should be, for messages.</param>
    public static async Task<JsonNode?> ReadAsync(HttpRequest request, List<string>? duplicates, string kind = "Object")
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        while (await request.Body.ReadAsync(chunk, request.HttpContext.RequestAborted) is > 0 and var read)
        {
            // Read to the end all the same: a client that is cut off while it writes never sees the answer.
            if (buffer.Length <= MaxBytes)
            {
                buffer.Write(chunk, 0, read);
            }
        }

        if (buffer.Length > MaxBytes)
        {
            throw Statuses.TooLarge(MaxBytes);
        }

        var bytes = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        if (bytes.Span.Trim(" \t\r\n"u8).Length == 0)
        {
            return null;
        }

        var type = request.ContentType?.Split(';')[0].Trim() ?? "application/json";
        if (type != ProtobufObjects.MediaType && (type.Contains("protobuf", StringComparison.Ordinal) || type.Contains("cbor", StringComparison.Ordinal)))
        {
            throw Statuses.UnsupportedMediaType(type);
        }

        try
        {
            if (type == ProtobufObjects.MediaType)
            {
                return ProtobufObjects.Parse(bytes.Span);
            }

            return type.EndsWith("yaml", StringComparison.Ordinal) && bytes.Span.TrimStart(" \t\r\n"u8)[0] != (byte)'{'
                ? YamlTree.Parse(Encoding.UTF8.GetString(bytes.Span))
                : JsonTree.Parse(bytes.Span, duplicates);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw Unrecognized(kind, failure.Message);
        }
    }

    /// <exception cref="ApiStatusException">400 when the body is no object.</exception>
    public static async Task<JsonObject> ReadObjectAsync(HttpRequest request, List<string>? duplicates = null, string kind = "Object") =>
        await ReadAsync(request, duplicates, kind) as JsonObject ?? throw Unrecognized(kind, "json parse error: unexpected end of JSON input (<empty>)");

    private static ApiStatusException Unrecognized(string kind, string why) =>
        Statuses.BadRequest($"the object provided is unrecognized (must be of type {kind}): couldn't get version/kind; {why}");
}
