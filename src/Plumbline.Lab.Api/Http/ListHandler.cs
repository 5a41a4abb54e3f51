using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Resources;
using Plumbline.Lab.Api.Storage;

namespace Plumbline.Lab.Api.Http;

/// <summary>Lists, whole or page by page. All pages of a list show the state of its first one.</summary>
internal sealed class ListHandler(ObjectStore store, TimeProvider clock)
{
    public async Task HandleAsync(HttpContext context, ResourceDefinition resource, RequestInfo info)
    {
        var type = MediaType.Negotiate(context.Request);
        var query = context.Request.Query;
        var selection = SelectionOf(query, resource, info);
        var token = query["continue"].ToString() is { Length: > 0 } text ? ContinueToken.Decode(text) : null;
        var snapshot = token is null ? Fresh(resource, query) : store.ReadAt(resource.CollectionId, token.Revision) ?? throw Statuses.Expired(
            "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.");

        var limit = ParseNumber(query, "limit") is > 0 and var wanted ? (int)Math.Min(wanted, int.MaxValue) : int.MaxValue;
        var matching = snapshot.Objects.Values.Where(item => (token is null || item.Key.CompareTo(token.After) > 0) && selection.Matches(item)).ToList();
        var page = matching.Count > limit ? matching[..limit] : matching;
        var metadata = ResponseWriter.ListMetadata(snapshot.Revision);
        if (page.Count < matching.Count)
        {
            store.Keep(resource.CollectionId, snapshot);
            // kube-apiserver does not count what a selector has yet to look at
            long? remaining = query.ContainsKey("labelSelector") || query.ContainsKey("fieldSelector") ? null : matching.Count - page.Count;
            metadata = ResponseWriter.ListMetadata(snapshot.Revision, new ContinueToken(snapshot.Revision, page[^1].Key).Encode(), remaining);
        }

        await ResponseWriter.WriteListAsync(context, resource, page, metadata, type, clock.GetUtcNow());
    }

    public static Selection SelectionOf(IQueryCollection query, ResourceDefinition resource, RequestInfo info)
    {
        var fields = query["fieldSelector"].ToString();
        if (info.Name.Length > 0)
        {
            fields = fields.Length == 0 ? $"metadata.name={info.Name}" : $"{fields},metadata.name={info.Name}";
        }

        return Selection.Parse(resource.Namespaced && info.Namespace.Length > 0 ? info.Namespace : null, query["labelSelector"], fields, resource.SelectableFields);
    }

    public static long? ParseNumber(IQueryCollection query, string name)
    {
        var text = query[name].ToString();
        return text.Length == 0 ? null : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Statuses.BadRequest($"invalid {name}: \"{text}\" is not a number");
    }

    /// <summary>Reads are always of the newest state, which satisfies every resource version but an exact or a future one.</summary>
    private Snapshot Fresh(ResourceDefinition resource, IQueryCollection query)
    {
        var asked = ParseNumber(query, "resourceVersion");
        var match = query["resourceVersionMatch"].ToString();
        if (match.Length > 0 && asked is null)
        {
            throw Statuses.BadRequest("resourceVersionMatch is forbidden unless resourceVersion is provided");
        }

        var snapshot = store.Read(resource.CollectionId);
        if (match == "Exact")
        {
            return store.ReadAt(resource.CollectionId, asked!.Value) ?? throw Statuses.Expired($"The resourceVersion for the provided list is too old: {asked}");
        }

        return asked > snapshot.Revision
            ? throw new ApiStatusException(504, "Timeout", $"Too large resource version: {asked}, current: {snapshot.Revision}", new JsonObject
            {
                ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ResourceVersionTooLarge", ["message"] = "Too large resource version" }), ["retryAfterSeconds"] = 1,
            })
            : snapshot;
    }

    private sealed record ContinueToken(long Revision, ObjectKey After)
    {
        public string Encode() => Base64Url.EncodeToString(JsonTree.ToBytes(new JsonObject { ["v"] = "meta.k8s.io/v1", ["rv"] = Revision, ["namespace"] = After.Namespace, ["name"] = After.Name }));

        public static ContinueToken Decode(string text)
        {
            try
            {
                var tree = JsonTree.Parse(Base64Url.DecodeFromChars(text));
                if (tree.Number("rv") is { } revision && tree.Text("namespace") is { } space && tree.Text("name") is { } name)
                {
                    return new ContinueToken(revision, new ObjectKey(space, name));
                }
            }
            catch (Exception failure) when (failure is FormatException or JsonException)
            {
                // said below
            }

            throw Statuses.BadRequest("continue key is not valid: it must be the continue value of an earlier page, unchanged");
        }
    }
}
