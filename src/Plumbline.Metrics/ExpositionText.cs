using System.Globalization;
using System.Text;

namespace Plumbline.Metrics;

/// <summary>Words of the Prometheus text format 0.0.4, as in prometheus.io/docs/instrumenting/exposition_formats.</summary>
internal static class ExpositionText
{
    /// <summary>Most bytes that <see cref="Number"/> writes.</summary>
    public const int MaxNumber = 32;

    /// <summary>Letters, digits, underscores and (in metric names) colons; anything else, such as a meter's dots, becomes an underscore.</summary>
    public static string Name(string name, bool allowColon)
    {
        var valid = name.Length > 0 && !char.IsAsciiDigit(name[0]);
        foreach (var c in name)
            valid = valid && IsValid(c);
        if (valid)
            return name;

        var text = new StringBuilder(name.Length + 1);
        if (name.Length == 0 || char.IsAsciiDigit(name[0]))
            text.Append('_');
        foreach (var c in name)
            text.Append(IsValid(c) ? c : '_');
        return text.ToString();

        bool IsValid(char c) => char.IsAsciiLetterOrDigit(c) || c == '_' || (allowColon && c == ':');
    }

    /// <summary>A help text stands on one line.</summary>
    public static string Help(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    /// <summary>Most bytes that <see cref="Label"/> writes for this label: UTF-8 needs no more than three for a char, an escaped one two.</summary>
    public static int MaxBytes(in MetricLabel label) => label.Name.Length + (3 * (label.Value?.Length ?? 0)) + 4;

    /// <summary><c>name="value"</c></summary>
    public static int Label(Span<byte> to, in MetricLabel label)
    {
        var at = Encoding.ASCII.GetBytes(label.Name, to);
        to[at++] = (byte)'=';
        to[at++] = (byte)'"';
        at += Value(to[at..], label.Value);
        to[at++] = (byte)'"';
        return at;
    }

    public static int Number(Span<byte> to, double value)
    {
        // Most values are small whole numbers, and those are several times faster to write as such.
        if (value is > -1e15 and < 1e15 && (long)value == value)
        {
            ((long)value).TryFormat(to, out var digits, default, CultureInfo.InvariantCulture);
            return digits;
        }

        if (double.IsInfinity(value))
        {
            (value > 0 ? "+Inf"u8 : "-Inf"u8).CopyTo(to);
            return 4;
        }

        value.TryFormat(to, out var written, "R", CultureInfo.InvariantCulture);
        return written;
    }

    private static int Value(Span<byte> to, ReadOnlySpan<char> text)
    {
        var at = 0;
        while (true)
        {
            var special = text.IndexOfAny('\\', '"', '\n');
            at += Encoding.UTF8.GetBytes(special < 0 ? text : text[..special], to[at..]);
            if (special < 0)
                return at;
            to[at++] = (byte)'\\';
            to[at++] = text[special] == '\n' ? (byte)'n' : (byte)text[special];
            text = text[(special + 1)..];
        }
    }
}
