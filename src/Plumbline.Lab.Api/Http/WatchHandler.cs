using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Resources;
using Plumbline.Lab.Api.Storage;
using Plumbline.Lab.Api.Tables;

namespace Plumbline.Lab.Api.Http;

/// <summary>
/// Streams changes of one kind. A watch is a position in the kind's history: it writes what lies after it, then sleeps until the next change, the next
/// bookmark, its end, or the end of the client or the server.
/// </summary>
internal sealed class WatchHandler(ObjectStore store, TimeProvider clock, TimeSpan bookmarkInterval, CancellationToken stopping)
{
    /// <summary>When the client sets no bound; kube-apiserver takes 30 to 60 minutes.</summary>
    private const long DefaultTimeoutSeconds = 45 * 60;

    public async Task HandleAsync(HttpContext context, ResourceDefinition resource, RequestInfo info)
    {
        var query = context.Request.Query;
        var type = MediaType.Negotiate(context.Request);
        var stream = new Stream(context.Response.BodyWriter, resource, type, ListHandler.SelectionOf(query, resource, info), query["includeObject"], clock);
        var bookmarks = RequestInfo.IsTrue(query["allowWatchBookmarks"]);
        var sendInitial = WantsInitialEvents(query, bookmarks);
        var deadline = clock.GetUtcNow().AddSeconds(ListHandler.ParseNumber(query, "timeoutSeconds") ?? DefaultTimeoutSeconds);
        var position = ListHandler.ParseNumber(query, "resourceVersion") ?? 0;

        // from an unset or zero version, and for initial events, the watch begins with the state of now
        Snapshot? initial = position == 0 || sendInitial ? store.Read(resource.CollectionId) : null;
        position = initial?.Revision ?? position;
        context.Response.StatusCode = 200;
        context.Response.ContentType = type.ContentType;
        context.Response.Headers.CacheControl = "no-cache, private";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        await context.Response.StartAsync(ended.Token);
        if (initial is not null)
        {
            stream.WriteInitial(initial, withEnd: sendInitial);
        }

        await stream.FlushAsync(ended.Token);
        await FollowAsync(stream, resource, position, bookmarks, deadline, ended.Token);
    }

    /// <summary>A version that is too old is told in the stream, at once or later.</summary>
    private async Task FollowAsync(Stream stream, ResourceDefinition resource, long position, bool bookmarks, DateTimeOffset deadline, CancellationToken ended)
    {
        var nextBookmark = clock.GetUtcNow() + bookmarkInterval;
        try
        {
            while (true)
            {
                var (changes, upTo, nextChange) = store.ChangesAfter(resource.CollectionId, position);
                if (changes is null)
                {
                    stream.WriteError(Statuses.TooOldResourceVersion(position.ToString(CultureInfo.InvariantCulture), store.OldestRevision(resource.CollectionId)));
                    await stream.FlushAsync(ended);
                    return;
                }

                foreach (var change in changes)
                {
                    stream.Write(change);
                }

                position = upTo;
                var now = clock.GetUtcNow();
                var isOver = now >= deadline;
                if (bookmarks && (isOver || now >= nextBookmark))
                {
                    stream.WriteBookmark(position, isInitialEnd: false);
                    nextBookmark = now + bookmarkInterval;
                }

                await stream.FlushAsync(ended);
                if (isOver)
                {
                    return;
                }

                var wake = bookmarks && nextBookmark < deadline ? nextBookmark : deadline;
                await SleepAsync(nextChange, wake - now, ended);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // the client hung up, or the server goes down: a watch just ends
        }
    }

    private async Task SleepAsync(Task nextChange, TimeSpan time, CancellationToken ended)
    {
        try
        {
            await nextChange.WaitAsync(time > TimeSpan.Zero ? time : TimeSpan.Zero, clock, ended);
        }
        catch (TimeoutException)
        {
            // time for a bookmark, or the end
        }
    }

    private static bool WantsInitialEvents(IQueryCollection query, bool bookmarks)
    {
        if (!query.ContainsKey("sendInitialEvents"))
        {
            return false;
        }

        if (query["resourceVersionMatch"].ToString() != "NotOlderThan")
        {
            throw Statuses.BadRequest("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
        }

        var wanted = RequestInfo.IsTrue(query["sendInitialEvents"]);
        return wanted && !bookmarks ? throw Statuses.BadRequest("sendInitialEvents requires allowWatchBookmarks") : wanted;
    }

    /// <summary>One client's stream of events, in the form that it asked for.</summary>
    private sealed class Stream(PipeWriter writer, ResourceDefinition resource, MediaType type, Selection selection, string? includeObject, TimeProvider clock)
    {
        private bool _wroteColumns;
        // the headers wait in the pipe too: a client must see its watch begin before anything happens
        private bool _hasUnflushed = true;

        public void WriteInitial(Snapshot snapshot, bool withEnd)
        {
            foreach (var item in snapshot.Objects.Values.Where(selection.Matches))
            {
                WriteEvent("ADDED"u8, item, null);
            }

            if (withEnd)
            {
                WriteBookmark(snapshot.Revision, isInitialEnd: true);
            }
        }

        /// <summary>An object that enters the selection is added to it, one that leaves it is deleted from it.</summary>
        public void Write(Change change)
        {
            var was = change.Previous is not null && selection.Matches(change.Previous);
            var isNow = change.Kind != ChangeKind.Deleted && selection.Matches(change.Object);
            switch (was, isNow)
            {
                case (false, true):
                    WriteEvent("ADDED"u8, change.Object, null);
                    break;
                case (true, true):
                    WriteEvent("MODIFIED"u8, change.Object, null);
                    break;
                case (true, false):
                    WriteEvent("DELETED"u8, change.Kind == ChangeKind.Deleted ? change.Object : change.Previous!, change.Revision);
                    break;
                default:
                    break;
            }
        }

        public void WriteBookmark(long revision, bool isInitialEnd)
        {
            var metadata = new JsonObject { ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture), ["creationTimestamp"] = null };
            if (isInitialEnd)
            {
                metadata["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
            }

            var (kind, version) = type.Form == ObjectForm.PartialMetadata ? ("PartialObjectMetadata", "meta.k8s.io/v1") : (resource.Kind, resource.ApiVersion);
            var item = new JsonObject { ["kind"] = kind, ["apiVersion"] = version, ["metadata"] = metadata };
            WriteLine("BOOKMARK"u8, JsonTree.ToBytes(type.Form == ObjectForm.Table ? Table(item) : item));
        }

        public void WriteError(ApiStatusException failure) => WriteLine("ERROR"u8, JsonTree.ToBytes(failure.ToStatus()));

        public async Task FlushAsync(CancellationToken cancellation)
        {
            if (_hasUnflushed)
            {
                _hasUnflushed = false;
                await writer.FlushAsync(cancellation);
            }
        }

        private void WriteEvent(ReadOnlySpan<byte> kind, StoredObject item, long? revision)
        {
            if (type.Form == ObjectForm.Plain && (revision is null || revision == item.Revision))
            {
                WriteLine(kind, ObjectCodec.ServedBytes(resource, item));
                return;
            }

            var tree = ObjectCodec.Stored(resource, item);
            tree.Child("metadata")["resourceVersion"] = (revision ?? item.Revision).ToString(CultureInfo.InvariantCulture);
            WriteLine(kind, JsonTree.ToBytes(type.Form switch
            {
                ObjectForm.Table => Table(tree),
                ObjectForm.PartialMetadata => TableWriter.PartialMetadata(tree),
                _ => ObjectCodec.ToServed(resource, tree),
            }));
        }

        /// <summary>Only the first table of a stream says what its columns are.</summary>
        private JsonObject Table(JsonObject tree)
        {
            var metadata = new JsonObject { ["resourceVersion"] = tree.Text("metadata", "resourceVersion") };
            var table = TableWriter.For(resource, includeObject, clock.GetUtcNow()).Table([tree], metadata, withColumns: !_wroteColumns);
            _wroteColumns = true;
            return table;
        }

        private void WriteLine(ReadOnlySpan<byte> kind, ReadOnlySpan<byte> item)
        {
            writer.Write("{\"type\":\""u8);
            writer.Write(kind);
            writer.Write("\",\"object\":"u8);
            writer.Write(item);
            writer.Write("}\n"u8);
            _hasUnflushed = true;
        }
    }
}
