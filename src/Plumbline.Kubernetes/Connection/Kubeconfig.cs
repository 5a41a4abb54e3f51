
namespace Plumbline.Kubernetes.Connection;

/// <summary>One or more kubeconfig files as one: of each name the first entry wins, as with kubectl.</summary>
internal sealed class Kubeconfig
{
    private readonly Dictionary<string, YamlFields> _clusters = [];
    private readonly Dictionary<string, YamlFields> _users = [];
    private readonly Dictionary<string, YamlFields> _contexts = [];
    private readonly List<string> _files = [];
    private YamlFields? _current;

    /// <summary>For messages.</summary>
    public string Source => string.Join(Path.PathSeparator, _files);

    /// <exception cref="KubernetesConfigurationException">A file cannot be read, or none is there.</exception>
    public static Kubeconfig Load(IReadOnlyList<string> files, bool skipMissing)
    {
        var config = new Kubeconfig();
        foreach (var file in files.Where(file => !skipMissing || File.Exists(file)))
        {
            config.Merge(YamlFields.Parse(file, ReadText(file)));
        }

        return config._files.Count > 0
            ? config
            : throw new KubernetesConfigurationException($"no kubeconfig at {string.Join(", ", files)}: write one there, or set KUBECONFIG");
    }

    /// <exception cref="KubernetesConfigurationException">There is no such context, or it leads nowhere.</exception>
    public (YamlFields Context, YamlFields Cluster, YamlFields? User) Resolve(string? contextName)
    {
        var name = contextName ?? _current?.String("current-context")
            ?? throw new KubernetesConfigurationException($"{Source}: current-context is not set: set it, or name a context ({Known(_contexts)})");
        var context = Entry(_contexts, name, "context", $"{Source}: current-context");
        var cluster = Entry(_clusters, context.Required("cluster"), "cluster", context.Where("cluster"));
        var user = context.String("user") is { } userName ? Entry(_users, userName, "user", context.Where("user")) : null;
        return (context, cluster, user);
    }

    private static string ReadText(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubernetesConfigurationException($"{file}: the kubeconfig cannot be read: {e.Message}", e);
        }
    }

    private static YamlFields Entry(Dictionary<string, YamlFields> entries, string name, string what, string where) =>
        entries.GetValueOrDefault(name) ?? throw new KubernetesConfigurationException($"{where}: there is no {what} '{name}' (known: {Known(entries)})");

    private static string Known(Dictionary<string, YamlFields> entries) =>
        entries.Count == 0 ? "none" : string.Join(", ", entries.Keys.Order(StringComparer.Ordinal));

    private void Merge(YamlFields file)
    {
        _files.Add(file.File);
        if (_current is null && file.String("current-context") is not null)
        {
            _current = file;
        }

        Merge(_clusters, file, "clusters", "cluster");
        Merge(_users, file, "users", "user");
        Merge(_contexts, file, "contexts", "context");
    }

    private static void Merge(Dictionary<string, YamlFields> entries, YamlFields file, string list, string item)
    {
        foreach (var entry in file.Maps(list))
        {
            if (entry.Map(item) is { } fields)
            {
                entries.TryAdd(entry.Required("name"), fields);
            }
        }
    }
}
