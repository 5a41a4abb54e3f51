using Plumbline.Api;
using Plumbline.Core.Words;

namespace Plumbline.Import.Mapping;

/// <summary>What a row still lacks before it can be verified: the fields of a completion, all at once.</summary>
public static class RowGaps
{
    public static IReadOnlyList<string> Of(V1Alpha1ConnectionRow row)
    {
        // what another document says is no gap of this one
        if (row.Reference is not null)
            return [];
        var gaps = new List<string>();
        if (row.From is null)
            gaps.Add("from");
        if (row.To is null)
            gaps.Add("to");
        if (row.Protocol is null && row.ProtocolText is null)
            gaps.Add("protocol");
        if (row.Ports is null && row.PortRanges is null && row.Protocol != ConnectionProtocol.Logical.Word())
            gaps.Add("ports");
        return gaps;
    }
}
