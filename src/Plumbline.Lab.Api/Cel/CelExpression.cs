namespace Plumbline.Lab.Api.Cel;

/// <summary>A parsed expression. <paramref name="Column"/> counts from 1 and is what messages point to.</summary>
internal abstract record CelExpression(int Column);

internal sealed record CelLiteral(object? Value, int Column) : CelExpression(Column);

internal sealed record CelName(string Name, int Column) : CelExpression(Column);

/// <summary><c>target.field</c>; with <paramref name="Optional"/> it is <c>target.?field</c>.</summary>
internal sealed record CelSelect(CelExpression Target, string Field, bool Optional, int Column) : CelExpression(Column);

/// <summary><c>has(target.field)</c>.</summary>
internal sealed record CelHas(CelSelect Selection, int Column) : CelExpression(Column);

internal sealed record CelIndex(CelExpression Target, CelExpression Index, bool Optional, int Column) : CelExpression(Column);

/// <summary>A function; <paramref name="Arguments"/> start with the receiver when it is called as a method.</summary>
internal sealed record CelCall(string Function, bool IsMethod, IReadOnlyList<CelExpression> Arguments, int Column) : CelExpression(Column);

internal sealed record CelList(IReadOnlyList<CelExpression> Items, int Column) : CelExpression(Column);

internal sealed record CelMapLiteral(IReadOnlyList<(CelExpression Key, CelExpression Value)> Entries, int Column) : CelExpression(Column);

internal sealed record CelUnary(string Operator, CelExpression Operand, int Column) : CelExpression(Column);

internal sealed record CelBinary(string Operator, CelExpression Left, CelExpression Right, int Column) : CelExpression(Column);

internal sealed record CelConditional(CelExpression Condition, CelExpression Then, CelExpression Else, int Column) : CelExpression(Column);

internal enum CelMacroKind
{
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
}

/// <summary><c>range.filter(variable, body)</c> and its kin; <paramref name="Condition"/> only for the three-argument <c>map</c>.</summary>
internal sealed record CelMacro(CelMacroKind Kind, CelExpression Range, string Variable, CelExpression? Condition, CelExpression Body, int Column) : CelExpression(Column);

/// <summary>An expression that cannot be compiled; the message is what the author of the rule reads.</summary>
internal sealed class CelSyntaxException(string message, int column) : Exception(message)
{
    public int Column => column;
}

/// <summary>An expression that has no value for this input, such as an absent key.</summary>
internal sealed class CelEvaluationException(string message) : Exception(message);
