using System.Collections.Immutable;
using System.Globalization;
using System.Net;

namespace Plumbline.Core.Cluster.Policies;

/// <summary>Addresses in <see cref="Cidr"/> and in none of <see cref="Except"/>. Kept as written; what cannot be read makes the answer unknown, not no.</summary>
public sealed record IpBlock
{
    private readonly IPNetwork? _network;
    private readonly ImmutableArray<IPNetwork?> _except;

    public IpBlock(string cidr, params IEnumerable<string> except)
    {
        Cidr = cidr;
        Except = [.. except];
        _network = Parse(cidr);
        _except = [.. Except.Select(Parse)];
    }

    public string Cidr { get; }

    public ImmutableArray<string> Except { get; }

    /// <summary>The first part that is no CIDR, such as <c>10.0.0.0</c> without a length; null when all can be read.</summary>
    public string? Unreadable => _network is null ? Cidr : Except.Where((_, i) => _except[i] is null).FirstOrDefault();

    /// <returns>Null when a part that matters cannot be read.</returns>
    public bool? Contains(IPAddress address)
    {
        if (_network is not { } network)
            return null;

        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();

        if (!network.Contains(address) || _except.Any(e => e is { } excepted && excepted.Contains(address)))
            return false;

        return _except.Any(e => e is null) ? null : true;
    }

    /// <returns>The exception that has the address while <see cref="Cidr"/> has it, too; null when none has.</returns>
    public string? ExceptionFor(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();

        return _network is { } network && network.Contains(address) ? Except.Where((_, i) => _except[i] is { } excepted && excepted.Contains(address)).FirstOrDefault() : null;
    }

    public bool Equals(IpBlock? other) => other is not null && Cidr == other.Cidr && Except.SequenceEqual(other.Except);

    public override int GetHashCode() => HashCode.Combine(Cidr, Except.Length);

    public override string ToString() => Except.IsEmpty ? Cidr : $"{Cidr} except {string.Join(", ", Except)}";

    // Bits right of the length may be set (10.1.2.3/8): Kubernetes masks them, IPNetwork refuses them.
    private static IPNetwork? Parse(string cidr)
    {
        var slash = cidr.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0
            || !IPAddress.TryParse(cidr.AsSpan(0, slash), out var address)
            || !int.TryParse(cidr.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            return null;
        }

        var bytes = address.GetAddressBytes();
        if (length > bytes.Length * 8)
            return null;

        for (var bit = length; bit < bytes.Length * 8; bit++)
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));

        return new IPNetwork(new IPAddress(bytes), length);
    }
}
