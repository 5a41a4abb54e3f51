using System.CommandLine;
using System.Net;
using System.Security.Cryptography;
using Plumbline.Lab.Api;
using Plumbline.Lab.Running;

namespace Plumbline.Lab.Commands;

/// <summary>Verbs by which the lab starts itself again inside its namespaces; nobody types them.</summary>
internal static class InsideCommands
{
    public static Command Inside()
    {
        var mode = new Argument<string>("MODE");
        mode.AcceptOnlyFromAmong("run", "verify");
        var output = new Option<string>("--output");
        var timeout = new Option<int>("--timeout");
        var interval = new Option<int>("--interval");
        var fault = new Option<string[]>("--fault") { DefaultValueFactory = _ => [] };
        var estate = new Option<string?>("--estate");
        var dualStack = new Option<bool>("--dual-stack");
        var command = new Command("inside", "The lab itself, inside its namespaces.") { mode, output, timeout, interval, fault, estate, dualStack };
        command.Hidden = true;
        command.SetAction((parsed, _) => InsideRun.RunAsync(
            new LabOptions
            {
                Verify = parsed.GetValue(mode) == "verify",
                Output = parsed.GetValue(output) == "json" ? OutputFormat.Json : OutputFormat.Table,
                Timeout = TimeSpan.FromSeconds(parsed.GetValue(timeout)),
                IntervalSeconds = parsed.GetValue(interval),
                Faults = parsed.GetValue(fault) ?? [],
                Estate = parsed.GetValue(estate),
                DualStack = parsed.GetValue(dualStack),
            },
            TimeProvider.System, new Random(RandomNumberGenerator.GetInt32(int.MaxValue))));
        return command;
    }

    public static Command Api()
    {
        var listen = new Option<string>("--listen") { Required = true };
        var socket = new Option<string>("--socket") { Required = true };
        var certificate = new Option<string>("--cert") { Required = true };
        var key = new Option<string>("--key") { Required = true };
        var state = new Option<string>("--state") { Required = true };
        var token = new Option<string>("--admin-token-file") { Required = true };
        var requests = new Option<string>("--request-file") { Required = true };
        var command = new Command("api", "The lab's API server.") { listen, socket, certificate, key, state, token, requests };
        command.Hidden = true;
        command.SetAction(async (parsed, stop) =>
        {
            using var seen = new RequestFile(parsed.GetValue(requests)!);
            return await LabApiServer.RunAsync(
                new LabApiOptions
                {
                    Endpoints =
                    [
                        new LabApiEndpoint.Tcp(IPEndPoint.Parse(parsed.GetValue(listen)!), new TlsFiles(parsed.GetValue(certificate)!, parsed.GetValue(key)!)),
                        new LabApiEndpoint.Unix(parsed.GetValue(socket)!),
                    ],
                    StateDirectory = parsed.GetValue(state),
                    AdminTokenFile = parsed.GetValue(token),
                    OnRequest = seen.Note,
                    GracefulPodDeletion = true,
                },
                stop);
        });
        return command;
    }
}
