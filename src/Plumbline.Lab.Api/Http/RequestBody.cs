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
    public static async Task<JsonNode?> ReadAsync(HttpRequest request, List<string>? duplicates)
    {
        using var buffer = new MemoryStream();
        try
        {
            await request.Body.CopyToAsync(buffer, request.HttpContext.RequestAborted);
        }
        catch (BadHttpRequestException failure) when (failure.StatusCode == StatusCodes.Status413PayloadTooLarge)
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
            throw Statuses.BadRequest($"the object provided is unrecognized (must be of type Object): couldn't get version/kind; {failure.Message}");
        }
    }

    /// <exception cref="ApiStatusException">400 when the body is no object.</exception>
    public static async Task<JsonObject> ReadObjectAsync(HttpRequest request, List<string>? duplicates = null) =>
        await ReadAsync(request, duplicates) as JsonObject ?? throw Statuses.BadRequest("the request needs a body that is an object");
}
