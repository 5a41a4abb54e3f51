using System.Collections.Immutable;

namespace Plumbline.Lab.Api.Cel;

/// <summary>
/// Finds what a rule could never evaluate: names, fields and functions that do not exist, operators between unlike types. Reported when the CRD is
/// created, so that no rule is stored which this server would silently not enforce.
/// </summary>
internal static class CelChecker
{
    /// <exception cref="CelSyntaxException">The expression has no type.</exception>
    public static CelType Check(CelExpression expression, ImmutableDictionary<string, CelType> names) => expression switch
    {
        CelLiteral { Value: null } => CelType.Null,
        CelLiteral { Value: bool } => CelType.Bool,
        CelLiteral { Value: long } => CelType.Int,
        CelLiteral { Value: double } => CelType.Double,
        CelLiteral => CelType.String,
        CelName name => names.GetValueOrDefault(name.Name) ?? throw new CelSyntaxException($"undeclared reference to '{name.Name}' (in container '')", name.Column),
        CelSelect select => CheckSelect(select, names),
        CelHas has => CheckSelect(has.Selection, names) is var _ ? CelType.Bool : CelType.Bool,
        CelIndex index => CheckIndex(index, names),
        CelCall call => CheckCall(call, names),
        CelList list => CelType.ListOf(Common(list.Items.Select(item => Check(item, names)))),
        CelMapLiteral map => new CelType(CelKind.Map, Common(map.Entries.Select(entry =>
        {
            Require(entry.Key, names, CelKind.String);
            return Check(entry.Value, names);
        }))),
        CelUnary { Operator: "!" } not => Require(not.Operand, names, CelKind.Bool),
        CelUnary negation => Require(negation.Operand, names, CelKind.Int, CelKind.Double),
        CelBinary binary => CheckBinary(binary, names),
        CelConditional conditional => CheckConditional(conditional, names),
        CelMacro macro => CheckMacro(macro, names),
        _ => throw new CelSyntaxException("unsupported expression", expression.Column),
    };

    private static CelType CheckSelect(CelSelect select, ImmutableDictionary<string, CelType> names)
    {
        var target = Check(select.Target, names);
        var optional = select.Optional || target.Kind == CelKind.Optional;
        var field = FieldOf(target.Kind == CelKind.Optional ? target.Element ?? CelType.Dyn : target, select);
        return optional ? CelType.OptionalOf(field) : field;
    }

    private static CelType FieldOf(CelType target, CelSelect select) => target.Kind switch
    {
        CelKind.Dyn => CelType.Dyn,
        CelKind.Map => target.Element ?? CelType.Dyn,
        CelKind.Object => target.Schema!.Properties.Where(property => CelValue.Escape(property.Key) == select.Field).Select(property => CelType.Of(property.Value)).FirstOrDefault()
            ?? throw new CelSyntaxException($"undefined field '{select.Field}'", select.Column),
        _ => throw new CelSyntaxException($"type '{target.Name}' does not support field selection", select.Column),
    };

    private static CelType CheckIndex(CelIndex index, ImmutableDictionary<string, CelType> names)
    {
        var target = Check(index.Target, names);
        var key = Check(index.Index, names);
        var fits = (target.Kind, key.Kind) is (CelKind.Dyn, _) or (_, CelKind.Dyn) or (CelKind.List, CelKind.Int) or (CelKind.Map, CelKind.String);
        var element = fits ? target.Element ?? CelType.Dyn : throw new CelSyntaxException($"found no matching overload for '_[_]' applied to '({target.Name}, {key.Name})'", index.Column);
        return index.Optional ? CelType.OptionalOf(element) : element;
    }

    private static CelType CheckCall(CelCall call, ImmutableDictionary<string, CelType> names)
    {
        var arguments = call.Arguments.Select(argument => Check(argument, names)).ToList();
        if (!CelFunctions.All.TryGetValue(call.Function, out var function) || (call.IsMethod ? !function.AsMethod : !function.AsGlobal))
        {
            throw new CelSyntaxException($"undeclared reference to '{call.Function}' (in container '')", call.Column);
        }

        var fits = arguments.Count >= function.MinArguments && arguments.Count <= function.MaxArguments
            && (function.First.Length == 0 || arguments[0].IsDyn || function.First.Contains(arguments[0].Kind));
        if (!fits)
        {
            throw new CelSyntaxException($"found no matching overload for '{call.Function}' applied to '({string.Join(", ", arguments.Select(each => each.Name))})'", call.Column);
        }

        if (call.Function is "matches" or "find" or "findAll" && call.Arguments[1] is CelLiteral { Value: string pattern })
        {
            try
            {
                CelFunctions.Pattern(pattern);
            }
            catch (CelEvaluationException failure)
            {
                throw new CelSyntaxException(failure.Message, call.Column);
            }
        }

        return (call.Function, arguments) switch
        {
            ("orValue" or "value", [{ Element: { } element }, ..]) => element,
            ("min" or "max" or "sum", [{ Element: { } element }]) => element,
            ("optional.of", [var value]) => CelType.OptionalOf(value),
            _ => function.Result,
        };
    }

    private static CelType CheckBinary(CelBinary binary, ImmutableDictionary<string, CelType> names)
    {
        if (binary.Operator is "&&" or "||")
        {
            Require(binary.Left, names, CelKind.Bool);
            return Require(binary.Right, names, CelKind.Bool);
        }

        var left = Check(binary.Left, names);
        var right = Check(binary.Right, names);
        var result = binary.Operator switch
        {
            "==" or "!=" => left.Compatible(right) ? CelType.Bool : null,
            "<" or "<=" or ">" or ">=" => left.IsDyn || right.IsDyn || Ordered(left, right) ? CelType.Bool : null,
            "in" => right.IsDyn || (right.Kind is CelKind.List or CelKind.Map && (right.Kind == CelKind.Map ? CelType.String : right.Element ?? CelType.Dyn).Compatible(left)) ? CelType.Bool : null,
            var op => CelArithmetic.TypeOf(op, left, right),
        };
        var name = binary.Operator == "in" ? "@in" : $"_{binary.Operator}_";
        return result ?? throw new CelSyntaxException($"found no matching overload for '{name}' applied to '({left.Name}, {right.Name})'", binary.Column);
    }

    private static bool Ordered(CelType left, CelType right) =>
        left.Kind is CelKind.Int or CelKind.Double && right.Kind is CelKind.Int or CelKind.Double
            ? true
            : left.Kind == right.Kind && left.Kind is CelKind.String or CelKind.Bool or CelKind.Timestamp or CelKind.Duration;

    private static CelType CheckConditional(CelConditional conditional, ImmutableDictionary<string, CelType> names)
    {
        Require(conditional.Condition, names, CelKind.Bool);
        var then = Check(conditional.Then, names);
        var otherwise = Check(conditional.Else, names);
        return then.Compatible(otherwise)
            ? then.IsDyn ? otherwise : then
            : throw new CelSyntaxException($"found no matching overload for '_?_:_' applied to '(bool, {then.Name}, {otherwise.Name})'", conditional.Column);
    }

    private static CelType CheckMacro(CelMacro macro, ImmutableDictionary<string, CelType> names)
    {
        var range = Check(macro.Range, names);
        var variable = range.Kind switch
        {
            CelKind.List => range.Element ?? CelType.Dyn,
            CelKind.Map => CelType.String,
            CelKind.Dyn => CelType.Dyn,
            _ => throw new CelSyntaxException($"expression of type '{range.Name}' cannot be range of a comprehension (must be list, map, or dynamic)", macro.Column),
        };
        var inner = names.SetItem(macro.Variable, variable);
        if (macro.Condition is { } condition)
        {
            Require(condition, inner, CelKind.Bool);
        }

        if (macro.Kind == CelMacroKind.Map)
        {
            return CelType.ListOf(Check(macro.Body, inner));
        }

        Require(macro.Body, inner, CelKind.Bool);
        return macro.Kind == CelMacroKind.Filter ? CelType.ListOf(variable) : CelType.Bool;
    }

    private static CelType Require(CelExpression expression, ImmutableDictionary<string, CelType> names, params ReadOnlySpan<CelKind> kinds)
    {
        var type = Check(expression, names);
        return type.IsDyn || kinds.Contains(type.Kind)
            ? type.IsDyn && kinds.Length == 1 && kinds[0] == CelKind.Bool ? CelType.Bool : type
            : throw new CelSyntaxException($"expected type '{new CelType(kinds[0]).Name}' but found '{type.Name}'", expression.Column);
    }

    private static CelType Common(IEnumerable<CelType> types)
    {
        var distinct = types.DistinctBy(type => type.Name).ToList();
        return distinct.Count == 1 ? distinct[0] : CelType.Dyn;
    }
}
