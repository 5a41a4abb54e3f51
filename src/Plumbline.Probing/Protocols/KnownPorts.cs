namespace Plumbline.Probing.Protocols;

/// <summary>What is usual on a port, as far as it decides how a probe behaves there.</summary>
internal static class KnownPorts
{
    /// <summary>The server speaks first, and may look up the client's name before. Leaving before the greeting is what MySQL counts and mail servers log.</summary>
    public static bool OwesGreeting(int port) => port is 21 or 22 or 25 or 110 or 119 or 143 or 587 or 2525 or 3306;

    /// <summary>MySQL may take longer to greet than a probe waits, when it cannot look up the client's name; it counts who leaves before all the same.</summary>
    public static bool AwaitsLogin(int port) => port == 3306;

    /// <summary>Oracle's listener and ZooKeeper log every connection that ends without a request, and never speak first.</summary>
    public static bool LogsSilence(int port) => port is 1521 or 2181;
}
