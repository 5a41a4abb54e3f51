using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Plumbline.Lab.Network.Rules;

/// <summary>
/// A set of addresses of one family as disjoint, sorted ranges. nftables refuses a set whose elements overlap, and has no "except", so both are worked out here.
/// </summary>
internal sealed class AddressRanges
{
    private readonly AddressFamily _family;
    private List<(UInt128 First, UInt128 Last)> _ranges = [];

    private AddressRanges(AddressFamily family) => _family = family;

    public bool IsEmpty => _ranges.Count == 0;

    /// <summary>The peers of <paramref name="family"/>; those of the other are left out.</summary>
    public static AddressRanges Of(AddressFamily family, IEnumerable<PolicyPeer> peers)
    {
        var all = new AddressRanges(family);
        foreach (var peer in peers.Where(p => p.Network.BaseAddress.AddressFamily == family))
        {
            List<(UInt128 First, UInt128 Last)> one = [Bounds(peer.Network)];
            foreach (var except in (peer.Except ?? []).Where(e => e.BaseAddress.AddressFamily == family))
            {
                one = Without(one, Bounds(except));
            }

            all._ranges.AddRange(one);
        }

        all.Merge();
        return all;
    }

    /// <summary>As elements of an nftables set.</summary>
    public override string ToString() => string.Join(", ", _ranges.Select(r =>
        r.First == r.Last ? Address(r.First).ToString() : $"{Address(r.First)}-{Address(r.Last)}"));

    private static List<(UInt128 First, UInt128 Last)> Without(List<(UInt128 First, UInt128 Last)> from, (UInt128 First, UInt128 Last) hole)
    {
        var left = new List<(UInt128 First, UInt128 Last)>(from.Count + 1);
        foreach (var range in from)
        {
            if (hole.Last < range.First || hole.First > range.Last)
            {
                left.Add(range);
                continue;
            }

            if (hole.First > range.First)
            {
                left.Add((range.First, hole.First - 1));
            }

            if (hole.Last < range.Last)
            {
                left.Add((hole.Last + 1, range.Last));
            }
        }

        return left;
    }

    private void Merge()
    {
        _ranges.Sort();
        var merged = new List<(UInt128 First, UInt128 Last)>(_ranges.Count);
        foreach (var range in _ranges)
        {
            // Joined when they touch as well: fewer elements, same set. The subtraction cannot wrap: a range behind another starts above zero.
            if (merged.Count > 0 && (range.First <= merged[^1].Last || range.First - 1 == merged[^1].Last))
            {
                merged[^1] = (merged[^1].First, UInt128.Max(merged[^1].Last, range.Last));
            }
            else
            {
                merged.Add(range);
            }
        }

        _ranges = merged;
    }

    private static (UInt128 First, UInt128 Last) Bounds(IPNetwork network)
    {
        var bytes = network.BaseAddress.GetAddressBytes();
        var first = bytes.Length == 4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
        var hostBits = (bytes.Length * 8) - network.PrefixLength;
        var size = hostBits == 128 ? UInt128.MaxValue : (UInt128.One << hostBits) - 1;
        return (first, first + size);
    }

    private IPAddress Address(UInt128 value)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        return new IPAddress(_family == AddressFamily.InterNetwork ? bytes[12..] : bytes);
    }
}
