using System.Globalization;
using System.Text;

namespace Plumbline.Metrics;

/// <summary>Prometheus text format 0.0.4, as in prometheus.io/docs/instrumenting/exposition_formats.</summary>
internal sealed class PrometheusText
{
    private readonly StringBuilder _text = new();
    private readonly HashSet<string> _families = new(StringComparer.Ordinal);

    /// <summary>False when the name was already written: a family must stand in one place.</summary>
    public bool Begin(string name, string help, string type)
    {
        if (!_families.Add(name))
            return false;

        if (help.Length > 0)
        {
            _text.Append("# HELP ").Append(name).Append(' ');
            AppendEscaped(help, quotes: false);
            _text.Append('\n');
        }

        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        return true;
    }

    public void Sample(string name, ReadOnlySpan<MetricLabel> labels, double value, (string Name, string Value)? extra = null)
    {
        _text.Append(name);
        if (labels.Length > 0 || extra is not null)
        {
            _text.Append('{');
            var first = true;
            foreach (var label in labels)
                Label(label.Name, label.Value, ref first);
            if (extra is { } more)
                Label(more.Name, more.Value, ref first);
            _text.Append('}');
        }

        _text.Append(' ').Append(Number(value)).Append('\n');
    }

    public static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

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

    public override string ToString() => _text.ToString();

    private void Label(string name, string value, ref bool first)
    {
        if (!first)
            _text.Append(',');
        first = false;
        _text.Append(Name(name, allowColon: false)).Append("=\"");
        AppendEscaped(value, quotes: true);
        _text.Append('"');
    }

    private void AppendEscaped(string text, bool quotes)
    {
        foreach (var c in text)
        {
            _ = c switch
            {
                '\\' => _text.Append("\\\\"),
                '\n' => _text.Append("\\n"),
                '"' when quotes => _text.Append("\\\""),
                _ => _text.Append(c),
            };
        }
    }
}
