using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Plumbline.Kubernetes.Tests.Support;

/// <summary>Just enough of an API to create, get and merge-patch objects with optimistic concurrency, for two clients that compete.</summary>
internal sealed class ObjectStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, JsonObject> _objects = [];
    private int _version;

    /// <summary>While it returns an answer, that is given in place of the store's.</summary>
    public Func<RecordedRequest, Func<HttpContext, RecordedRequest, Task>?> Instead { get; set; } = _ => null;

    public IReadOnlyList<JsonObject> Objects
    {
        get
        {
            lock (_lock)
            {
                return [.. _objects.Values.Select(item => item.DeepClone().AsObject())];
            }
        }
    }

    public Task AnswerAsync(HttpContext context, RecordedRequest request)
    {
        var answer = Instead(request);
        if (answer is null)
        {
            lock (_lock)
            {
                answer = Answer_NeedsLock(request);
            }
        }

        return answer(context, request);
    }

    public void Change(Action<JsonObject> change)
    {
        lock (_lock)
        {
            foreach (var item in _objects.Values)
            {
                change(item);
                item["metadata"]!["resourceVersion"] = $"{++_version}";
            }
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _objects.Clear();
        }
    }

    private Func<HttpContext, RecordedRequest, Task> Answer_NeedsLock(RecordedRequest request)
    {
        var body = request.Body.Length > 0 ? JsonNode.Parse(request.Body)!.AsObject() : [];
        var path = request.Method == "POST" ? $"{request.Path}/{(string?)body["metadata"]!["name"]}" : request.Path;
        var present = _objects.GetValueOrDefault(path);
        switch (request.Method, present)
        {
            case ("POST", null):
                _objects[path] = body;
                body["metadata"]!["resourceVersion"] = $"{++_version}";
                return FakeApi.Json(body.ToJsonString(), 201);
            case ("POST", _):
                return FakeApi.Status(409, "AlreadyExists");
            case (_, null):
                return FakeApi.Status(404, "NotFound", details: """{"name":"x"}""");
            case ("PATCH", _) when (string?)(body["metadata"]?["resourceVersion"] ?? VersionOf(present)) != VersionOf(present):
                return FakeApi.Status(409, "Conflict");
            case ("PATCH", _):
                Merge(present, body);
                present["metadata"]!["resourceVersion"] = $"{++_version}";
                break;
        }

        return FakeApi.Json(present.ToJsonString());
    }

    private static string? VersionOf(JsonObject item) => (string?)item["metadata"]!["resourceVersion"];

    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is JsonObject inner && target[name] is JsonObject present)
            {
                Merge(present, inner);
            }
            else
            {
                target[name] = value?.DeepClone();
            }
        }
    }
}
