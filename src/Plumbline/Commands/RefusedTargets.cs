using System.Globalization;
using System.Net;
using Plumbline.Probing;

namespace Plumbline.Commands;

/// <summary>What an agent is told not to probe: by its flags, and the API server as its pod's environment names it.</summary>
internal static class RefusedTargets
{
    public static IReadOnlyList<RefusedTarget> Of(IEnumerable<string> flags, Func<string, string?> environment) =>
        [.. flags.Select(flag => Parse(flag, "refused by --refuse-target")).Append(ApiServer(environment)).OfType<RefusedTarget>()];

    /// <summary>Null when the text is no address, network or address:port.</summary>
    public static RefusedTarget? Parse(string text, string what)
    {
        if (IPNetwork.TryParse(text, out var network))
        {
            return new RefusedTarget(network, null, what);
        }

        if (IPAddress.TryParse(text, out var address))
        {
            return new RefusedTarget(Only(address), null, what);
        }

        return IPEndPoint.TryParse(text, out var endPoint) && endPoint.Port > 0 ? new RefusedTarget(Only(endPoint.Address), endPoint.Port, what) : null;
    }

    /// <summary>Its Service, as every pod is told; addresses behind the Service have to be given as flags. A name has no place in a list of addresses.</summary>
    private static RefusedTarget? ApiServer(Func<string, string?> environment) =>
        IPAddress.TryParse(environment("KUBERNETES_SERVICE_HOST"), out var address)
            ? new RefusedTarget(
                Only(address),
                int.TryParse(environment("KUBERNETES_SERVICE_PORT"), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535 ? port : null,
                "the API server")
            : null;

    private static IPNetwork Only(IPAddress address) => new(address, address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128);
}
