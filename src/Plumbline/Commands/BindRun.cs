using Plumbline.Api;
using Plumbline.Inventory;
using Plumbline.Import;
using Plumbline.Import.Binding;
using Plumbline.Import.Files;
using Plumbline.Import.Mapping;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Connection;

namespace Plumbline.Commands;

/// <summary>One run of <see cref="BindCommand"/>.</summary>
internal sealed class BindRun(string @namespace, string? write, string words, TextWriter output, TextWriter error)
{
    public required IReadOnlyList<string> Files { get; init; }

    public required IReadOnlyList<GivenBinding> ByHand { get; init; }

    public required IReadOnlyList<string> Components { get; init; }

    /// <summary>Null: without a cluster.</summary>
    public required Func<KubernetesClient>? Connect { get; init; }

    /// <summary>Namespaces that are looked at; empty: all.</summary>
    public IReadOnlyList<string> Within { get; init; } = [];

    public bool FailOnOpen { get; init; }

    public async Task<int> RunAsync(CancellationToken stop)
    {
        if (Files.Count == 0 && ByHand.Count > 0)
            return WriteByHand();
        if (Files.Count == 0 && Connect is null)
        {
            error.WriteLine("without a cluster there is nothing to bind: name documents, or leave --no-cluster out");
            return CommandLine.UsageError;
        }

        try
        {
            using var client = Connect?.Invoke();
            var inventory = client is null ? new ReadInventory(ClusterInventory.Empty, []) : await new InventoryReader(client).ReadAsync(stop);
            foreach (var missing in inventory.Missing)
                error.WriteLine($"warning: {missing}");
            var names = Files.Count > 0 ? NamesToBind.Read(Files, WithTarget(), @namespace) : await InClusterAsync(client!, stop);
            return Propose(names, Within.Count == 0 ? inventory.Inventory : inventory.Inventory.In(Within));
        }
        catch (KubernetesConfigurationException e)
        {
            error.WriteLine($"error: {e.Message}; give --kubeconfig, or --no-cluster to bind only what documents say themselves");
        }
        catch (KubernetesRequestException e)
        {
            error.WriteLine($"error: the cluster cannot be read: {e.Message}");
        }

        return BindCommand.Failed;
    }

    private int Propose(DocumentNames names, ClusterInventory inventory)
    {
        foreach (var problem in names.Problems)
            error.WriteLine(problem);
        var byHand = ByHand.Select(b => ObjectNames.Key(b.Name)).ToHashSet(StringComparer.Ordinal);
        var unbound = names.Unbound.Where(n => !byHand.Contains(ObjectNames.Key(n.Name))).ToList();
        var proposals = new BindingProposer(inventory, names.Definitions).Propose(unbound);
        var written = ByHand.Select(b => BoundComponents.Write(b, names.Known, @namespace)).Concat(BoundComponents.Write(proposals, names.Known, @namespace)).ToList();
        if (!Save(written))
            return BindCommand.Failed;
        if (words == "yaml")
            output.Write(string.Concat(written.Select(w => w.Yaml)));
        else
            Print(proposals);
        error.WriteLine(BindingText.Summary(proposals));
        if (names.Problems.Count > 0)
            return BindCommand.Failed;
        return FailOnOpen && proposals.Any(p => p.Chosen is null && !p.Name.IsLogicalOnly) ? BindCommand.FoundOpen : BindCommand.Bound;
    }

    private void Print(IReadOnlyList<NameProposal> proposals)
    {
        foreach (var line in BindingText.Lines(proposals))
            output.WriteLine(line);
    }

    private int WriteByHand()
    {
        var problems = new List<DocumentIssue>();
        if (ComponentsFile.Load(WithTarget(), @namespace, problems) is not { } known)
        {
            foreach (var problem in problems)
                error.WriteLine(problem.ToLine(problem.File ?? ""));
            return BindCommand.Failed;
        }

        var written = ByHand.Select(b => BoundComponents.Write(b, known, @namespace)).ToList();
        if (write is null || words == "yaml")
            output.Write(string.Concat(written.Select(w => w.Yaml)));
        return Save(written) ? BindCommand.Bound : BindCommand.Failed;
    }

    /// <summary>What is bound in the file that is written to needs no second Component.</summary>
    private IReadOnlyList<string> WithTarget() => write is not null && File.Exists(write) && !Components.Contains(write) ? [.. Components, write] : Components;

    private bool Save(IReadOnlyList<WrittenComponent> written)
    {
        if (write is null)
            return true;
        try
        {
            var before = File.Exists(write) ? File.ReadAllText(write) : "";
            // beside it first, so that a full disk leaves the old file whole
            var fresh = $"{write}.new";
            File.WriteAllText(fresh, ComponentsEditor.Merge(before, written, @namespace));
            File.Move(fresh, write, overwrite: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"{write}:1: error: the file cannot be written ({e.Message.TrimEnd('.')}); check the path and its permissions");
            return false;
        }
    }

    private async Task<DocumentNames> InClusterAsync(KubernetesClient client, CancellationToken stop)
    {
        var options = new ListOptions { Namespace = @namespace };
        var maps = await client.ListAsync<V1Alpha1ConnectionMap>(options, stop);
        var components = await client.ListAsync<V1Alpha1Component>(options, stop);
        var definitions = new NameDefinitions();
        foreach (var row in maps.Items.SelectMany(m => m.Spec.Connections ?? []))
            definitions.Read(row.Data ?? "");
        return new DocumentNames([.. maps.Items.Select(NamesToBind.Of)], [.. components.Items.Select(NamesToBind.Of)], definitions, []);
    }
}
