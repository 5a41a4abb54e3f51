using System.Collections.Immutable;
using List = System.Collections.Generic.IReadOnlyList<object?>;
using Map = System.Collections.Generic.IReadOnlyDictionary<string, object?>;

namespace Plumbline.Lab.Api.Cel;

/// <summary>Evaluates a checked expression within a budget of steps, so that no rule can hold the server.</summary>
internal sealed class CelEvaluator
{
    private const int MaxSteps = 1_000_000;

    private int _steps;

    /// <exception cref="CelEvaluationException">The expression has no value for these inputs.</exception>
    public static object? Evaluate(CelExpression expression, ImmutableDictionary<string, object?> names) => new CelEvaluator().Value(expression, names);

    private object? Value(CelExpression expression, ImmutableDictionary<string, object?> names)
    {
        if (++_steps > MaxSteps)
        {
            throw new CelEvaluationException("operation cancelled: actual cost limit exceeded");
        }

        return expression switch
        {
            CelLiteral literal => literal.Value,
            CelName name => names.TryGetValue(name.Name, out var value) ? value : throw new CelEvaluationException($"no such attribute: {name.Name}"),
            CelSelect select => Select(select, names),
            CelHas has => Value(has.Selection.Target, names) is Map map && map.ContainsKey(has.Selection.Field),
            CelIndex index => Index(index, names),
            CelCall call => CelFunctions.All[call.Function].Invoke([.. call.Arguments.Select(argument => Value(argument, names))]),
            CelList list => list.Items.Select(item => Value(item, names)).ToList(),
            CelMapLiteral map => MapOf(map, names),
            CelUnary { Operator: "!" } not => !Truth(Value(not.Operand, names)),
            CelUnary negation => Value(negation.Operand, names) switch
            {
                long number => (object)-number,
                double real => -real,
                var other => throw CelValue.NoOverload("-_", other),
            },
            CelBinary { Operator: "&&" } and => Shortcut(and, names, decisive: false),
            CelBinary { Operator: "||" } or => Shortcut(or, names, decisive: true),
            CelBinary binary => Binary(binary.Operator, Value(binary.Left, names), Value(binary.Right, names)),
            CelConditional conditional => Value(Truth(Value(conditional.Condition, names)) ? conditional.Then : conditional.Else, names),
            CelMacro macro => Macro(macro, names),
            _ => throw new CelEvaluationException("unsupported expression"),
        };
    }

    private object? Select(CelSelect select, ImmutableDictionary<string, object?> names)
    {
        var target = Value(select.Target, names);
        if (target is CelOptional maybe)
        {
            return maybe.HasValue && maybe.Value is Map inner && inner.TryGetValue(select.Field, out var found) ? new CelOptional(true, found) : CelOptional.None;
        }

        if (target is Map map && map.TryGetValue(select.Field, out var value))
        {
            return select.Optional ? new CelOptional(true, value) : value;
        }

        return select.Optional ? CelOptional.None : throw new CelEvaluationException($"no such key: {select.Field}");
    }

    private object? Index(CelIndex index, ImmutableDictionary<string, object?> names)
    {
        var (found, value) = (Value(index.Target, names), Value(index.Index, names)) switch
        {
            (List list, long at) => at >= 0 && at < list.Count ? (true, list[(int)at]) : (false, null),
            (Map map, string key) => (map.TryGetValue(key, out var item), item),
            var (target, key) => throw CelValue.NoOverload("_[_]", target, key),
        };
        return (found, index.Optional) switch
        {
            (true, true) => new CelOptional(true, value),
            (true, false) => value,
            (false, true) => CelOptional.None,
            (false, false) => throw new CelEvaluationException("no such key, or index out of range"),
        };
    }

    private Dictionary<string, object?> MapOf(CelMapLiteral literal, ImmutableDictionary<string, object?> names)
    {
        var map = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in literal.Entries)
        {
            map[Value(key, names) as string ?? throw new CelEvaluationException("unsupported key type")] = Value(value, names);
        }

        return map;
    }

    /// <summary>CEL's logic is commutative: a side that decides makes an error on the other side irrelevant.</summary>
    private bool Shortcut(CelBinary binary, ImmutableDictionary<string, object?> names, bool decisive)
    {
        CelEvaluationException? error = null;
        foreach (var side in (ReadOnlySpan<CelExpression>)[binary.Left, binary.Right])
        {
            try
            {
                if (Truth(Value(side, names)) == decisive)
                {
                    return decisive;
                }
            }
            catch (CelEvaluationException failure)
            {
                error ??= failure;
            }
        }

        return error is null ? !decisive : throw error;
    }

    private static object Binary(string op, object? left, object? right) => op switch
    {
        "==" => CelValue.Same(left, right),
        "!=" => !CelValue.Same(left, right),
        "<" => CelValue.Compare(left, right, "_<_") < 0,
        "<=" => CelValue.Compare(left, right, "_<=_") <= 0,
        ">" => CelValue.Compare(left, right, "_>_") > 0,
        ">=" => CelValue.Compare(left, right, "_>=_") >= 0,
        "in" => right switch
        {
            List list => list.Any(item => CelValue.Same(item, left)),
            Map map => left is string key && map.ContainsKey(key),
            _ => throw CelValue.NoOverload("@in", left, right),
        },
        _ => CelArithmetic.Apply(op, left, right),
    };

    private object Macro(CelMacro macro, ImmutableDictionary<string, object?> names)
    {
        var range = Value(macro.Range, names) switch
        {
            List list => list,
            Map map => map.Keys.Order(StringComparer.Ordinal).Cast<object?>().ToList(),
            var other => throw CelValue.NoOverload(macro.Kind.ToString(), other),
        };
        switch (macro.Kind)
        {
            case CelMacroKind.All:
                return Quantify(macro, range, names, decisive: false);
            case CelMacroKind.Exists:
                return Quantify(macro, range, names, decisive: true);
            case CelMacroKind.ExistsOne:
                return range.Count(item => Truth(Value(macro.Body, names.SetItem(macro.Variable, item)))) == 1;
            case CelMacroKind.Filter:
                return range.Where(item => Truth(Value(macro.Body, names.SetItem(macro.Variable, item)))).ToList();
            default:
                return range.Select(item => names.SetItem(macro.Variable, item))
                    .Where(inner => macro.Condition is null || Truth(Value(macro.Condition, inner)))
                    .Select(inner => Value(macro.Body, inner)).ToList();
        }
    }

    private bool Quantify(CelMacro macro, List range, ImmutableDictionary<string, object?> names, bool decisive)
    {
        CelEvaluationException? error = null;
        foreach (var item in range)
        {
            try
            {
                if (Truth(Value(macro.Body, names.SetItem(macro.Variable, item))) == decisive)
                {
                    return decisive;
                }
            }
            catch (CelEvaluationException failure)
            {
                error ??= failure;
            }
        }

        return error is null ? !decisive : throw error;
    }

    private static bool Truth(object? value) => value as bool? ?? throw new CelEvaluationException($"expected a bool, got {CelValue.TypeName(value)}");
}
