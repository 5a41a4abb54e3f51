using Microsoft.Extensions.Logging;
using Plumbline.Agent;

namespace Plumbline.Benchmarks.Prober;

/// <summary>The agent in this program's clothes, for quick runs that publish nothing. Takes the options that <c>plumbline agent</c> takes.</summary>
internal static class OwnAgent
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var given = arguments.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
        using var loggers = LoggerFactory.Create(_ => { });
        var options = new AgentOptions
        {
            OperatorUri = new Uri(given["--operator"]),
            TokenFile = given["--token-file"],
            CaFile = given["--ca-file"],
            NodeName = given["--node-name"],
        };
        return await AgentHost.RunAsync(options, loggers, TimeProvider.System, CancellationToken.None);
    }
}
