using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Http;

namespace Plumbline.Lab.Running;

/// <summary>
/// Who asked what of the lab's API, a JSON line each, and each once: which rights a client needs, and not how often. Ends with the run's directory.
/// </summary>
internal sealed class RequestFile(string path) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly HashSet<ApiRequestRecord> _seen = [];
    private readonly StreamWriter _lines = new(path, append: true) { AutoFlush = true };

    public void Note(ApiRequestRecord request)
    {
        lock (_lock)
        {
            if (!_seen.Add(request))
            {
                return;
            }

            _lines.WriteLine(new JsonObject
            {
                ["user"] = request.User,
                ["verb"] = request.Verb,
                ["group"] = request.Group,
                ["resource"] = request.Resource,
                ["subresource"] = request.Subresource,
                ["namespace"] = request.Namespace,
                ["name"] = request.Name,
                ["apply"] = request.Apply,
            }.ToJsonString());
        }
    }

    public void Dispose() => _lines.Dispose();
}
