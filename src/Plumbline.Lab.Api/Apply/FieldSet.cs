using System.Text;
using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Json;

namespace Plumbline.Lab.Api.Apply;

/// <summary>
/// A set of fields of one object as a tree. Path elements are kept as <c>fieldsV1</c> writes them: <c>f:name</c>, <c>k:{"id":"7"}</c> for an item of a list of
/// maps, <c>v:"text"</c> for an item of a set.
/// </summary>
internal sealed class FieldSet
{
    public SortedDictionary<string, FieldSet> Children { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether the field at this place is itself in the set, not only fields below it.</summary>
    public bool IsMember { get; set; }

    public bool IsEmpty => !IsMember && Children.Values.All(child => child.IsEmpty);

    public FieldSet Descend(string element)
    {
        if (!Children.TryGetValue(element, out var child))
        {
            Children[element] = child = new FieldSet();
        }

        return child;
    }

    public FieldSet? Below(string element) => Children.GetValueOrDefault(element);

    public static FieldSet Union(FieldSet one, FieldSet? other)
    {
        var result = new FieldSet { IsMember = one.IsMember || other is { IsMember: true } };
        foreach (var (element, child) in one.Children)
        {
            result.Children[element] = Union(child, other?.Below(element));
        }

        foreach (var (element, child) in other?.Children ?? [])
        {
            if (!one.Children.ContainsKey(element))
            {
                result.Children[element] = Union(child, null);
            }
        }

        return result;
    }

    public static FieldSet Difference(FieldSet one, FieldSet? other) => Select(one, other, (mine, theirs) => mine && !theirs);

    public static FieldSet Intersection(FieldSet one, FieldSet? other) => Select(one, other, (mine, theirs) => mine && theirs);

    public static bool Same(FieldSet one, FieldSet other) => Difference(one, other).IsEmpty && Difference(other, one).IsEmpty;

    public static FieldSet FromFieldsV1(JsonObject fields)
    {
        var set = new FieldSet();
        foreach (var (element, below) in fields)
        {
            if (element == ".")
            {
                set.IsMember = true;
            }
            else
            {
                var child = below is JsonObject map ? FromFieldsV1(map) : new FieldSet();
                child.IsMember |= child.Children.Count == 0;
                set.Children[element] = child;
            }
        }

        return set;
    }

    public JsonObject ToFieldsV1()
    {
        var fields = new JsonObject();
        foreach (var (element, child) in Children)
        {
            if (!child.IsEmpty)
            {
                fields[element] = child.ToFieldsV1();
            }
        }

        if (IsMember && fields.Count > 0)
        {
            fields.Insert(0, ".", new JsonObject());
        }

        return fields;
    }

    /// <summary>Each member as people read it: <c>.spec.ports[port=80,protocol="TCP"].name</c>.</summary>
    public IEnumerable<string> Paths() => PathsBelow(new StringBuilder());

    private IEnumerable<string> PathsBelow(StringBuilder path)
    {
        if (IsMember)
        {
            yield return path.ToString();
        }

        foreach (var (element, child) in Children)
        {
            var length = path.Length;
            path.Append(Show(element));
            foreach (var below in child.PathsBelow(path))
            {
                yield return below;
            }

            path.Length = length;
        }
    }

    public static string Show(string element)
    {
        var text = element[2..];
        return element[0] switch
        {
            'f' => $".{text}",
            'k' => $"[{string.Join(",", ((JsonObject)JsonTree.Parse(Encoding.UTF8.GetBytes(text))!).Select(pair => $"{pair.Key}={JsonTree.ToText(pair.Value)}"))}]",
            'v' => $"[={text}]",
            _ => $"[{text}]",
        };
    }

    private static FieldSet Select(FieldSet one, FieldSet? other, Func<bool, bool, bool> stays)
    {
        var result = new FieldSet { IsMember = stays(one.IsMember, other is { IsMember: true }) };
        foreach (var (element, child) in one.Children)
        {
            var below = Select(child, other?.Below(element), stays);
            if (!below.IsEmpty)
            {
                result.Children[element] = below;
            }
        }

        return result;
    }
}
