namespace Plumbline.Import.Binding;

/// <summary>Proposals for people: what is clear with its evidence, what is open with its choices.</summary>
public static class BindingText
{
    public static IEnumerable<string> Lines(IReadOnlyList<NameProposal> proposals)
    {
        foreach (var name in proposals)
        {
            if (name.Chosen is { } chosen)
            {
                yield return $"{name.Name.Name} = {chosen.Target}";
                yield return $"    {chosen.Reasons}";
                continue;
            }

            yield return $"{name.Name.Name} is open: {name.Why}";
            foreach (var (i, choice) in name.Proposals.Index())
                yield return $"    {i + 1}. {choice.Target}    {choice.Reasons}";
        }
    }

    public static string Summary(IReadOnlyList<NameProposal> proposals)
    {
        var clear = proposals.Count(p => p.Chosen is not null);
        var choices = proposals.Count(p => p.Chosen is null && p.Proposals.Count > 0);
        return $"{proposals.Count} name{(proposals.Count == 1 ? "" : "s")}: {clear} bound, {choices} to choose, {proposals.Count - clear - choices} without a proposal";
    }
}
