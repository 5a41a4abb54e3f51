using System.Text;

namespace Plumbline.Lab.Network;

/// <summary>Writes <c>/proc/sys/net</c> of the namespace that the calling thread is in.</summary>
internal static class Sysctl
{
    public static void Write(string name, int value)
    {
        var path = $"/proc/sys/net/{name}";
        var fd = Libc.open(path, Libc.O_WRONLY | Libc.O_CLOEXEC, 0);
        Libc.Check(fd, $"open {path}");
        var text = Encoding.ASCII.GetBytes($"{value}\n");
        var written = Libc.write(fd, text, (nuint)text.Length);
        var error = written < 0 ? Libc.Error($"write {value} to {path}") : null;
        _ = Libc.close(fd);
        if (error is not null)
        {
            throw error;
        }
    }

    /// <summary>Without IPv6 a namespace must not have link-local addresses either: their discovery traffic is noise in every capture.</summary>
    public static void WriteIpv6(bool enabled)
    {
        // Absent where the kernel has no IPv6 at all, and then there is nothing to switch.
        if (!Directory.Exists("/proc/sys/net/ipv6"))
        {
            return;
        }

        foreach (var scope in (ReadOnlySpan<string>)["all", "default"])
        {
            Write($"ipv6/conf/{scope}/disable_ipv6", enabled ? 0 : 1);
            if (enabled)
            {
                Write($"ipv6/conf/{scope}/accept_ra", 0);
                Write($"ipv6/conf/{scope}/accept_dad", 0);
            }
        }
    }

    /// <summary>A namespace that routes between pods.</summary>
    public static void WriteRouter(bool ipv6)
    {
        Write("ipv4/ip_forward", 1);
        foreach (var scope in (ReadOnlySpan<string>)["all", "default"])
        {
            Write($"ipv4/conf/{scope}/rp_filter", 0);

            // A pod that reaches itself through its Service comes and goes by the same link: no "there is a shorter way".
            Write($"ipv4/conf/{scope}/send_redirects", 0);
        }

        if (ipv6 && Directory.Exists("/proc/sys/net/ipv6"))
        {
            Write("ipv6/conf/all/forwarding", 1);
        }
    }
}
