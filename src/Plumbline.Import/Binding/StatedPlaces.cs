using Plumbline.Import.Mapping;

namespace Plumbline.Import.Binding;

/// <summary>Where names run, as rows state it. Of a name for which rows state different places none is believed.</summary>
internal static class StatedPlaces
{
    public static IReadOnlyDictionary<string, StatedTarget> Targets(ImportedDocument document) =>
        ByName(document, place => TargetOf(place), target => target.Target);

    public static IReadOnlyDictionary<string, string> Namespaces(ImportedDocument document) =>
        ByName(document, place => place.Namespace is { } name && ObjectNames.IsLabel(name) ? name : null, name => name);

    private static StatedTarget? TargetOf(StatedPlace place)
    {
        if (place is { Namespace: { } space, Service: { } service } && ObjectNames.IsLabel(space) && ObjectNames.IsLabel(service))
            return new StatedTarget(new BindingTarget.Service(space, service), $"the document has '{place.Party}' as Service '{service}' of namespace '{space}'");
        return place.Address is { } address && NamedPlace.Of(address) is { } named ? named with { Why = $"the document has '{place.Party}' at '{address}'" } : null;
    }

    private static Dictionary<string, T> ByName<T>(ImportedDocument document, Func<StatedPlace, T?> read, Func<T, object> same)
        where T : class
    {
        var all = new Dictionary<string, T>(StringComparer.Ordinal);
        var contradicted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var place in document.Rows.SelectMany(r => r.Places))
        {
            var key = ObjectNames.Key(place.Party);
            if (read(place) is { } value && !all.TryAdd(key, value) && !same(all[key]).Equals(same(value)))
                contradicted.Add(key);
        }

        foreach (var key in contradicted)
            all.Remove(key);
        return all;
    }
}
