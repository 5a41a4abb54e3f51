namespace Plumbline.Lab.Api.Cel;

internal static class CelArithmetic
{
    /// <exception cref="CelEvaluationException">The operator does not go with these values, or the result does not fit.</exception>
    public static object Apply(string op, object? left, object? right)
    {
        try
        {
            return (op, left, right) switch
            {
                ("+", long a, long b) => checked(a + b),
                ("-", long a, long b) => checked(a - b),
                ("*", long a, long b) => checked(a * b),
                ("/", long a, long b) => b == 0 ? throw new CelEvaluationException("division by zero") : checked(a / b),
                ("%", long a, long b) => b == 0 ? throw new CelEvaluationException("modulus by zero") : a % b,
                ("+", double a, double b) => a + b,
                ("-", double a, double b) => a - b,
                ("*", double a, double b) => a * b,
                ("/", double a, double b) => a / b,
                // a sum starts from the integer zero
                ("+", long a, double b) when a == 0 => b,
                ("+", string a, string b) => a + b,
                ("+", IReadOnlyList<object?> a, IReadOnlyList<object?> b) => (IReadOnlyList<object?>)[.. a, .. b],
                ("+", DateTimeOffset a, TimeSpan b) => a + b,
                ("-", DateTimeOffset a, TimeSpan b) => a - b,
                ("-", DateTimeOffset a, DateTimeOffset b) => a - b,
                ("+", TimeSpan a, TimeSpan b) => a + b,
                ("-", TimeSpan a, TimeSpan b) => a - b,
                _ => throw CelValue.NoOverload($"_{op}_", left, right),
            };
        }
        catch (Exception failure) when (failure is OverflowException or ArgumentOutOfRangeException)
        {
            throw new CelEvaluationException("integer overflow");
        }
    }

    public static CelType? TypeOf(string op, CelType left, CelType right) => (op, left.Kind, right.Kind) switch
    {
        (_, CelKind.Dyn, _) or (_, _, CelKind.Dyn) => CelType.Dyn,
        ("+" or "-" or "*" or "/" or "%", CelKind.Int, CelKind.Int) => CelType.Int,
        ("+" or "-" or "*" or "/", CelKind.Double, CelKind.Double) => CelType.Double,
        ("+", CelKind.String, CelKind.String) => CelType.String,
        ("+", CelKind.List, CelKind.List) => left,
        ("+" or "-", CelKind.Timestamp, CelKind.Duration) => CelType.Timestamp,
        ("-", CelKind.Timestamp, CelKind.Timestamp) => CelType.Duration,
        ("+" or "-", CelKind.Duration, CelKind.Duration) => CelType.Duration,
        _ => null,
    };
}
