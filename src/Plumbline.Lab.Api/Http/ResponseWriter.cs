using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Resources;
using Plumbline.Lab.Api.Storage;
using Plumbline.Lab.Api.Tables;

namespace Plumbline.Lab.Api.Http;

/// <summary>Writes objects, lists and tables in the form that was negotiated.</summary>
internal static class ResponseWriter
{
    /// <summary>Below this, compressing costs more than it saves (kube-apiserver's bound).</summary>
    private const int CompressFrom = 128 * 1024;

    public static Task WriteAsync(HttpContext context, int code, JsonNode tree, MediaType type = default) => WriteAsync(
        context, code, type.IsYaml ? Encoding.UTF8.GetBytes(YamlTree.Write(tree)) : JsonTree.ToBytes(tree), type.ContentType);

    public static async Task WriteAsync(HttpContext context, int code, ReadOnlyMemory<byte> body, string contentType)
    {
        var response = context.Response;
        response.StatusCode = code;
        response.ContentType = contentType;
        response.Headers.CacheControl = "no-cache, private";
        if (body.Length >= CompressFrom && context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal))
        {
            response.Headers.ContentEncoding = "gzip";
            response.Headers.Vary = "Accept-Encoding";
            await using var gzip = new GZipStream(response.Body, CompressionLevel.Fastest);
            await gzip.WriteAsync(body, context.RequestAborted);
            return;
        }

        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(body, context.RequestAborted);
        }
    }

    public static Task WriteObjectAsync(HttpContext context, int code, ResourceDefinition resource, JsonObject stored, MediaType type, DateTimeOffset now) => WriteAsync(
        context,
        code,
        type.Form switch
        {
            ObjectForm.Table => TableWriter.For(resource, context.Request.Query["includeObject"], now)
                .Table([stored], new JsonObject { ["resourceVersion"] = stored.Text("metadata", "resourceVersion") }),
            ObjectForm.PartialMetadata => TableWriter.PartialMetadata(stored),
            _ => ObjectCodec.ToServed(resource, stored),
        },
        type);

    public static Task WriteListAsync(
        HttpContext context, ResourceDefinition resource, IReadOnlyList<StoredObject> items, JsonObject listMetadata, MediaType type, DateTimeOffset now)
    {
        switch (type)
        {
            case { Form: ObjectForm.Table }:
                var table = TableWriter.For(resource, context.Request.Query["includeObject"], now).Table(items.Select(item => ObjectCodec.Stored(resource, item)), listMetadata);
                return WriteAsync(context, 200, table, type);
            case { Form: ObjectForm.PartialMetadata }:
                return WriteAsync(context, 200, List("PartialObjectMetadataList", "meta.k8s.io/v1", listMetadata, items.Select(item => TableWriter.PartialMetadata(item.Tree()))), type);
            case { IsYaml: true }:
                return WriteAsync(context, 200, List(resource.ListKind, resource.ApiVersion, listMetadata, items.Select(item => ObjectCodec.ListItem(resource, item))), type);
            default:
                return WriteAsync(context, 200, ListBytes(resource, items, listMetadata), type.ContentType);
        }
    }

    public static JsonObject ListMetadata(long revision, string? continueToken = null, long? remaining = null)
    {
        var metadata = new JsonObject { ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture) };
        if (continueToken is not null)
        {
            metadata["continue"] = continueToken;
        }

        if (remaining is not null)
        {
            metadata["remainingItemCount"] = remaining;
        }

        return metadata;
    }

    private static JsonObject List(string kind, string apiVersion, JsonObject metadata, IEnumerable<JsonObject> items) =>
        new() { ["kind"] = kind, ["apiVersion"] = apiVersion, ["metadata"] = metadata, ["items"] = JsonTree.ArrayOf(items) };

    private static ReadOnlyMemory<byte> ListBytes(ResourceDefinition resource, IReadOnlyList<StoredObject> items, JsonObject metadata)
    {
        var buffer = new ArrayBufferWriter<byte>(256 + items.Sum(item => item.Json.Length + 1));
        buffer.Write(Encoding.UTF8.GetBytes($"{{\"kind\":\"{resource.ListKind}\",\"apiVersion\":\"{resource.ApiVersion}\",\"metadata\":{JsonTree.ToText(metadata)},\"items\":["));
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
            {
                buffer.Write(","u8);
            }

            ObjectCodec.WriteListItem(resource, items[i], buffer);
        }

        buffer.Write("]}\n"u8);
        return buffer.WrittenMemory;
    }
}
