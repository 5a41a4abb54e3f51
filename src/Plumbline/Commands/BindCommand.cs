using System.CommandLine;
using Plumbline.Api;
using Plumbline.Inventory;
using Plumbline.Import;
using Plumbline.Import.Binding;
using Plumbline.Import.Files;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Connection;
using Plumbline.Kubernetes.Contracts;

namespace Plumbline.Commands;

/// <summary><c>plumbline bind</c>: proposes what the names of documents mean in a cluster.</summary>
public static class BindCommand
{
    public const int Bound = 0;

    /// <summary>A document, a file of Components or the cluster could not be read.</summary>
    public const int Failed = 1;

    /// <summary>All was read, and <c>--fail-on open</c> found names that a person has to bind.</summary>
    public const int FoundOpen = 3;

    public static Command Create()
    {
        var arguments = new Argument<string[]>("FILE|NAME=TARGET")
        {
            Description = $"Documents, or manifests made of them (default: the ConnectionMaps of --namespace in the cluster); or bindings by hand, NAME=TARGET, where TARGET is {TargetWords.Forms}",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var write = new Option<string?>("--write") { Description = "Write the Components into this file: bound where one choice is clearly best, the others with their choices as comments. What is bound in it already stays" };
        var output = new Option<string>("--output", "-o") { Description = "text: proposals with their evidence; yaml: Components", DefaultValueFactory = _ => "text" };
        var components = new Option<string[]>("--components") { Description = $"Manifests whose Components claim names already (default: {ComponentsFile.DefaultName} beside the documents)", DefaultValueFactory = _ => [] };
        var @namespace = new Option<string>("--namespace", "-n") { Description = "Namespace of the Components: one documentation set", DefaultValueFactory = _ => "docs" };
        var within = new Option<string[]>("--in") { Description = "Propose only what runs in this namespace, such as that of one environment. May be given again", DefaultValueFactory = _ => [] };
        var kubeconfig = new Option<string?>("--kubeconfig") { Description = "kubeconfig file (default: KUBECONFIG, ~/.kube/config, else the pod's service account)" };
        var context = new Option<string?>("--context") { Description = "Context of the kubeconfig (default: its current one)" };
        var noCluster = new Option<bool>("--no-cluster") { Description = "Ask no cluster: bind only what documents and names say themselves" };
        var failOn = new Option<string>("--fail-on") { Description = "open: exit with 3 while a person has to bind a name", DefaultValueFactory = _ => "never" };
        output.AcceptOnlyFromAmong("text", "yaml");
        failOn.AcceptOnlyFromAmong("never", "open");
        CommandLine.RefuseOptions(arguments);
        NamespaceOption.Validate(@namespace);
        arguments.Validators.Add(result =>
        {
            foreach (var text in result.Tokens.Select(t => t.Value).Where(IsBinding))
            {
                if (TargetWords.Parse(text) is ParsedBinding.Wrong wrong)
                    result.AddError(wrong.Problem);
            }
        });
        var command = new Command(
            "bind",
            "Propose what the names of documents mean in the cluster: Components, with the evidence for each, best first.\n\n"
            + "Reads the cluster and writes nothing to it. A name is bound only where one choice is clearly best; the others stay open.\n"
            + "Exit status: 0 done; 1 a file or the cluster could not be read; 2 the command line is wrong; 3 --fail-on open found open names.")
        {
            arguments, write, output, components, @namespace, within, kubeconfig, context, noCluster, failOn,
        };
        command.SetAction(async (result, stop) =>
        {
            var given = result.GetValue(arguments) ?? [];
            var run = new BindRun(result.GetValue(@namespace)!, result.GetValue(write), result.GetValue(output)!, result.InvocationConfiguration.Output, result.InvocationConfiguration.Error)
            {
                Files = [.. given.Where(a => !IsBinding(a))],
                ByHand = [.. given.Where(IsBinding).Select(TargetWords.Parse).OfType<ParsedBinding.Given>().Select(p => p.Binding)],
                Components = result.GetValue(components) ?? [],
                Connect = result.GetValue(noCluster) ? null : () => Connect(result.GetValue(kubeconfig), result.GetValue(context)),
                Within = result.GetValue(within) ?? [],
                FailOnOpen = result.GetValue(failOn) == "open",
            };
            return await run.RunAsync(stop);
        });
        return command;
    }

    private static bool IsBinding(string argument) => argument.Contains('=', StringComparison.Ordinal) && !File.Exists(argument);

    private static KubernetesClient Connect(string? kubeconfig, string? context) =>
        new(ApiConnection.BuildDefaultConfig(TimeProvider.System, kubeconfig, context), new KindContracts(PlumblineJson.Default), TimeProvider.System, new Random(Environment.ProcessId));
}
