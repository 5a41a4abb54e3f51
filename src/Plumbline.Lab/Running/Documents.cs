using System.Text.Json.Nodes;
using Plumbline.Import.Files;
using Plumbline.Lab.Cluster;

namespace Plumbline.Lab.Running;

/// <summary>The documents as <c>plumbline import seeds/*.txt | kubectl apply</c> would bring them into the cluster.</summary>
internal static class Documents
{
    public const string Namespace = "docs";

    private const string Manager = "plumbline-import";

    /// <returns>What must come out of it: rows by map.</returns>
    /// <exception cref="InvalidOperationException">A document cannot be imported, or the API refused an object.</exception>
    public static async Task<IReadOnlyDictionary<string, int>> ApplyAsync(ApiObjects api, string seeds, int intervalSeconds, CancellationToken cancellation)
    {
        var files = Directory.EnumerateFiles(seeds, "*.txt").Order(StringComparer.Ordinal).ToList();
        var outcome = DocumentImport.Run(new ImportRequest(files, [], [], Namespace: Namespace, IntervalSeconds: intervalSeconds));
        if (!outcome.IsComplete)
        {
            var errors = outcome.Documents.Where(d => !d.IsImported).SelectMany(d => d.Issues.Select(i => i.ToLine(d.File))).Concat(outcome.Issues.Select(i => i.ToLine(i.File ?? "")));
            throw new InvalidOperationException($"the documents cannot be imported:\n{string.Join('\n', errors)}");
        }

        var manifests = YamlReader.Manifests(Path.Combine(seeds, ComponentsFile.DefaultName)).Concat(outcome.Manifests()).ToList();
        await api.ApplyAllAsync(manifests, Manager, cancellation);
        return manifests.Where(m => (string?)m["kind"] == "ConnectionMap").ToDictionary(
            m => (string)m["metadata"]!["name"]!, m => ((JsonArray)m["spec"]!["connections"]!).Count);
    }
}
