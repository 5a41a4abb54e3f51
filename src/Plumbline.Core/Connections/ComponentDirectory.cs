using Plumbline.Core.Cluster;
using Plumbline.Core.Words;

namespace Plumbline.Core.Connections;

/// <summary>The Components as events tell them.</summary>
public sealed class ComponentDirectory : IComponents
{
    private readonly Dictionary<NamespacedName, Component> _byKey = [];
    private readonly Dictionary<(string Namespace, string Word), SortedDictionary<NamespacedName, Component>> _byWord = [];

    public ComponentDirectory(params IEnumerable<Component> components)
    {
        foreach (var component in components)
        {
            Set(component.Key, component, []);
        }
    }

    public Component? Find(NamespacedName key) => _byKey.GetValueOrDefault(key);

    public IReadOnlyList<Component> Claiming(string @namespace, string word) =>
        _byWord.TryGetValue((@namespace, PartyName.Normalize(word)), out var components) ? [.. components.Values] : [];

    /// <param name="next">Null when the Component is gone.</param>
    /// <param name="changed">Takes the questions whose answer changed.</param>
    public void Set(NamespacedName key, Component? next, ICollection<FactKey> changed)
    {
        var old = Find(key);
        if (old is null ? next is null : old.Equals(next))
        {
            return;
        }

        changed.Add(FactKey.Component(key));
        foreach (var word in WordsOf(old))
        {
            var components = _byWord[(key.Namespace, word)];
            components.Remove(key);
            if (components.Count == 0)
            {
                _byWord.Remove((key.Namespace, word));
            }

            changed.Add(FactKey.Word(key.Namespace, word));
        }

        foreach (var word in WordsOf(next))
        {
            if (!_byWord.TryGetValue((key.Namespace, word), out var components))
            {
                _byWord[(key.Namespace, word)] = components = [];
            }

            components[key] = next!;
            changed.Add(FactKey.Word(key.Namespace, word));
        }

        if (next is null)
        {
            _byKey.Remove(key);
        }
        else
        {
            _byKey[key] = next;
        }
    }

    private static IEnumerable<string> WordsOf(Component? component) => component is null ? [] : component.Names.Select(PartyName.Normalize).Distinct();
}
