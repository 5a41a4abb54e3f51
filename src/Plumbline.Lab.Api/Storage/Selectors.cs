using Plumbline.Lab.Api.Http;

namespace Plumbline.Lab.Api.Storage;

/// <summary>Which objects of a list or watch are meant: labels, fields, and the path's namespace.</summary>
internal sealed class Selection(string? space, IReadOnlyList<LabelRequirement> labels, IReadOnlyList<FieldRequirement> fields)
{
    public bool Matches(StoredObject item)
    {
        if (space is not null && item.Key.Namespace != space)
        {
            return false;
        }

        foreach (var label in labels)
        {
            if (!label.Matches(item.Labels))
            {
                return false;
            }
        }

        foreach (var field in fields)
        {
            if (!field.Matches(item))
            {
                return false;
            }
        }

        return true;
    }

    /// <exception cref="ApiStatusException">400 when a selector cannot be read or names a field that the kind does not select by.</exception>
    public static Selection Parse(string? space, string? labelSelector, string? fieldSelector, IReadOnlyList<SelectableField> selectable) =>
        new(space, LabelSelectorParser.Parse(labelSelector), FieldRequirement.ParseAll(fieldSelector, selectable));
}

internal enum LabelOperator
{
    In,
    NotIn,
    Exists,
    DoesNotExist,
    GreaterThan,
    LessThan,
}

internal sealed record LabelRequirement(string Key, LabelOperator Operator, IReadOnlyList<string> Values)
{
    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        var has = labels.TryGetValue(Key, out var value);
        return Operator switch
        {
            LabelOperator.Exists => has,
            LabelOperator.DoesNotExist => !has,
            LabelOperator.In => has && Values.Contains(value!),
            LabelOperator.NotIn => !has || !Values.Contains(value!),
            LabelOperator.GreaterThan => long.TryParse(value, out var number) && number > long.Parse(Values[0], null),
            LabelOperator.LessThan => long.TryParse(value, out var number) && number < long.Parse(Values[0], null),
        };
    }
}

internal sealed record FieldRequirement(string Field, string Value, bool Equal)
{
    public bool Matches(StoredObject item)
    {
        var actual = Field switch
        {
            "metadata.name" => item.Key.Name,
            "metadata.namespace" => item.Key.Namespace,
            _ => item.Fields.GetValueOrDefault(Field, ""),
        };
        return actual == Value == Equal;
    }

    public static IReadOnlyList<FieldRequirement> ParseAll(string? text, IReadOnlyList<SelectableField> selectable)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return [];
        }

        return [.. text.Split(',').Select(part =>
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
            {
                throw Statuses.BadRequest($"invalid selector: '{part}'; can't understand '{part}'");
            }

            var unequal = part[at - 1] == '!';
            var field = part[..(unequal ? at - 1 : at)].Trim();
            var value = part[(part.AsSpan(at).StartsWith("==") ? at + 2 : at + 1)..].Trim();
            return field is "metadata.name" or "metadata.namespace" || selectable.Any(known => known.Label == field)
                ? new FieldRequirement(field, value, !unequal)
                : throw Statuses.BadRequest(selectable.Count == 0
                    ? $"\"{field}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
                    : $"field label not supported: {field}");
        })];
    }
}
