namespace Plumbline.Import.Binding;

/// <summary>What speaks for a thing of the cluster being what a name means: one rule a kind of evidence, strongest first.</summary>
internal static class BindingRules
{
    public static readonly Func<NameContext, BindingUnit, Evidence?>[] All =
    [
        ItHasTheSameName,
        ItHasTheSameNameButForWordsLikeService,
        ItHasTheSameNameBehindItsNamespaceOrApplication,
        TheDocumentsCallItSoElsewhere,
        ItSharesTheNameWithOthers,
        ItIsCalledByTheInitials,
        AllWordsOfItsNameAreInTheName,
        NothingElseListensThereAndAWordIsTheSame,
        NothingElseListensThere,
        SomeWordsAreTheSame,
    ];

    private static Evidence? ItHasTheSameName(NameContext name, BindingUnit unit) =>
        unit.Own.FirstOrDefault(n => n.Slug == name.Forms.FullSlug) is { } own ? Found(EvidenceStrength.SameName, own) : null;

    private static Evidence? ItHasTheSameNameButForWordsLikeService(NameContext name, BindingUnit unit) =>
        name.Forms.Core.Count > 0 && unit.Own.FirstOrDefault(n => n.CoreSlug == name.Forms.CoreSlug) is { } own ? Found(EvidenceStrength.SameCore, own) : null;

    private static Evidence? ItHasTheSameNameBehindItsNamespaceOrApplication(NameContext name, BindingUnit unit)
    {
        if (name.Forms.Core.Count == 0)
            return null;
        foreach (var own in unit.Own)
        {
            foreach (var prefix in unit.Shared)
            {
                // "gvp-rm" of gvp is RM; "controller" of ingress is Ingress controller; "configserver" is Config Server
                var without = WithoutPrefix(own.Slug, prefix.Slug);
                if (IsName(without) || (IsName($"{prefix.Slug}-{own.Slug}") && own.Where.StartsWith("label", StringComparison.Ordinal)))
                    return new Evidence(EvidenceStrength.SameWithPrefix, $"{own.Where} is '{own.Text}', and {prefix.Where} '{prefix.Text}'");
            }
        }

        return null;

        bool IsName(string? slug) => slug is { Length: > 1 } && (slug == name.Forms.FullSlug || slug == name.Forms.CoreSlug || (name.Forms.Full.Count > 1 && slug == string.Concat(name.Forms.Full)));
    }

    private static Evidence? TheDocumentsCallItSoElsewhere(NameContext name, BindingUnit unit)
    {
        foreach (var alias in name.Forms.Aliases)
        {
            var own = unit.Own.FirstOrDefault(n => n.Slug == alias || n.CoreSlug == alias) ?? unit.Own.FirstOrDefault(n => unit.Shared.Any(s => WithoutPrefix(n.Slug, s.Slug) == alias));
            // a workload alone in its application is the application
            own ??= unit.Shared.FirstOrDefault(s => s.Slug == alias && name.IsAlone(unit, s));
            if (own is not null)
                return new Evidence(EvidenceStrength.KnownAs, $"the documents call it '{alias}' too, and {own.Where} is '{own.Text}'");
        }

        return null;
    }

    private static Evidence? ItSharesTheNameWithOthers(NameContext name, BindingUnit unit) =>
        unit.Shared.FirstOrDefault(s => (s.Slug == name.Forms.FullSlug || s.Slug == name.Forms.CoreSlug) && name.IsAlone(unit, s)) is { } shared ? Found(EvidenceStrength.SharedName, shared) : null;

    private static Evidence? ItIsCalledByTheInitials(NameContext name, BindingUnit unit)
    {
        foreach (var initials in name.Forms.Initials.Where(i => i.Length > 2))
        {
            if (unit.Own.FirstOrDefault(n => n.Slug == initials) is { } own)
                return new Evidence(EvidenceStrength.Initials, $"{own.Where} is '{own.Text}', the initials of the name");
        }

        // the name is short, and the cluster has the words: RM is the resource-manager
        return name.Forms.Full is [{ Length: > 1 } only] && unit.Own.FirstOrDefault(n => n.Slug.Contains('-', StringComparison.Ordinal) && string.Concat(n.Slug.Split('-').Select(w => w[..1])) == only) is { } words
            ? new Evidence(EvidenceStrength.Initials, $"'{name.Forms.Name}' are the initials of '{words.Text}' ({words.Where})")
            : null;
    }

    private static Evidence? AllWordsOfItsNameAreInTheName(NameContext name, BindingUnit unit) =>
        unit.Own.FirstOrDefault(n => n.Slug.Split('-') is { Length: > 1 } words && words.All(name.Forms.Full.Contains) && words.Any(name.IsRare)) is { } own
            ? new Evidence(EvidenceStrength.WordsOfName, $"all words of '{own.Text}' ({own.Where}) are in the name")
            : null;

    private static Evidence? NothingElseListensThereAndAWordIsTheSame(NameContext name, BindingUnit unit) =>
        name.OnlyListener(unit) && SharedWords(name, unit) is { Count: > 0 } words
            ? new Evidence(EvidenceStrength.PortAndWord, $"nothing else listens on {name.PortsText}, and its names have '{string.Join("', '", words)}' too")
            : null;

    private static Evidence? NothingElseListensThere(NameContext name, BindingUnit unit) =>
        name.OnlyListener(unit) ? new Evidence(EvidenceStrength.PortOnly, $"nothing else listens on {name.PortsText}") : null;

    private static Evidence? SomeWordsAreTheSame(NameContext name, BindingUnit unit)
    {
        // what listens nowhere is hardly what others connect to
        if (name.Use.IsDestination && unit.Ports.Count == 0)
            return null;
        if (unit.Own.FirstOrDefault(n => n.Slug.Length > 2 && name.Forms.Initials.Any(i => i.StartsWith(n.Slug, StringComparison.Ordinal))) is { } initials)
            return new Evidence(EvidenceStrength.SomeWords, $"{initials.Where} is '{initials.Text}', the first initials of the name");
        var words = SharedWords(name, unit);
        if (words.Count == 0 && unit.Shared.Select(s => s.Slug).FirstOrDefault(s => name.Forms.Core.Contains(s)) is { } shared)
            words = [shared];
        if (words.Count == 0)
            words = [.. unit.Words.Where(w => w.Length > 3 && name.Forms.Core.Any(c => c.Length > w.Length && c.StartsWith(w, StringComparison.Ordinal)))];
        return words.Count > 0 ? new Evidence(EvidenceStrength.SomeWords, $"its names have '{string.Join("', '", words)}'") : null;
    }

    private static List<string> SharedWords(NameContext name, BindingUnit unit) => [.. name.Forms.Core.Concat(name.Forms.Initials).Distinct().Where(unit.Words.Contains)];

    private static Evidence Found(EvidenceStrength strength, UnitName name) => new(strength, $"{name.Where} is '{name.Text}'");

    private static string? WithoutPrefix(string slug, string prefix) => slug.Length > prefix.Length + 1 && slug.StartsWith($"{prefix}-", StringComparison.Ordinal) ? slug[(prefix.Length + 1)..] : null;
}
