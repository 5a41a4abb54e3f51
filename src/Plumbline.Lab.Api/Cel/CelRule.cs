using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Schema;

namespace Plumbline.Lab.Api.Cel;

/// <summary>One <c>x-kubernetes-validations</c> entry, compiled against the schema it stands on.</summary>
internal sealed class CelRule
{
    private static readonly string[] Reasons = ["FieldValueInvalid", "FieldValueForbidden", "FieldValueRequired", "FieldValueDuplicate"];
    private static readonly string[] Known = ["rule", "message", "messageExpression", "reason", "fieldPath"];

    private readonly string _text;
    private readonly CelExpression _rule;
    private readonly CelExpression? _messageExpression;
    private readonly string? _message;
    private readonly string _reason;
    private readonly string _fieldPath;
    private readonly bool _isTransition;

    private CelRule(string text, CelExpression rule, CelExpression? messageExpression, JsonObject source)
    {
        _text = text;
        _rule = rule;
        _messageExpression = messageExpression;
        _message = source.Text("message");
        _reason = source.Text("reason") ?? "FieldValueInvalid";
        _fieldPath = source.Text("fieldPath") ?? "";
        _isTransition = Mentions(rule, "oldSelf");
    }

    public static (CelRule? Rule, IReadOnlyList<FieldError> Errors) Compile(JsonObject source, StructuralSchema schema, bool isObjectRoot, string path)
    {
        var errors = new List<FieldError>();
        errors.AddRange(source.Where(pair => !Known.Contains(pair.Key)).Select(pair => FieldError.Forbidden($"{path}.{pair.Key}", "is not supported by this server")));
        if (source.Text("reason") is { } reason && !Reasons.Contains(reason))
        {
            errors.Add(FieldError.NotSupported($"{path}.reason", reason, Reasons.Select(each => (JsonNode?)each)));
        }

        if (source.Text("rule") is not { Length: > 0 } text)
        {
            errors.Add(FieldError.Required($"{path}.rule", "rule is not specified"));
            return (null, errors);
        }

        var self = CelType.Of(isObjectRoot ? WithObjectFields(schema) : schema);
        var names = ImmutableDictionary<string, CelType>.Empty.Add("self", self).Add("oldSelf", self);
        var rule = Compile(text, names, CelKind.Bool, $"{path}.rule", errors);
        var message = source.Text("messageExpression") is { } expression ? Compile(expression, names, CelKind.String, $"{path}.messageExpression", errors) : null;
        return (errors.Count == 0 ? new CelRule(text, rule!, message, source) : null, errors);
    }

    /// <summary>The error, if the rule does not hold. A rule over <c>oldSelf</c> holds while there is no old value.</summary>
    public FieldError? Check(JsonNode value, JsonNode? old, StructuralSchema schema, string path)
    {
        if (_isTransition && old is null)
        {
            return null;
        }

        var names = ImmutableDictionary<string, object?>.Empty.Add("self", CelValue.Of(value, schema));
        if (_isTransition)
        {
            names = names.Add("oldSelf", CelValue.Of(old, schema));
        }

        var at = path + _fieldPath;
        try
        {
            return CelEvaluator.Evaluate(_rule, names) is true ? null : FieldError.RuleFailed(at.TrimStart('.'), _reason, value, Message(names));
        }
        catch (CelEvaluationException failure)
        {
            return FieldError.RuleFailed(at.TrimStart('.'), "FieldValueInvalid", value, $"{failure.Message} evaluating rule: {_message ?? _text}");
        }
    }

    private string Message(ImmutableDictionary<string, object?> names)
    {
        if (_messageExpression is not null)
        {
            try
            {
                if (CelEvaluator.Evaluate(_messageExpression, names) is string { Length: > 0 } text)
                {
                    return text;
                }
            }
            catch (CelEvaluationException)
            {
                // the fixed message below is what is left to say
            }
        }

        return _message ?? $"failed rule: {_text}";
    }

    /// <summary>At the root and in embedded resources, rules see the fields that every object has.</summary>
    private static StructuralSchema WithObjectFields(StructuralSchema schema)
    {
        var text = new StructuralSchema { Type = "string" };
        var metadata = new StructuralSchema { Type = "object", Properties = new Dictionary<string, StructuralSchema> { ["name"] = text, ["generateName"] = text } };
        return schema with
        {
            Properties = new Dictionary<string, StructuralSchema>(schema.Properties, StringComparer.Ordinal) { ["apiVersion"] = text, ["kind"] = text, ["metadata"] = metadata },
        };
    }

    private static CelExpression? Compile(string text, ImmutableDictionary<string, CelType> names, CelKind wanted, string path, List<FieldError> errors)
    {
        try
        {
            var expression = CelParser.Parse(text);
            var type = CelChecker.Check(expression, names);
            if (type.IsDyn || type.Kind == wanted)
            {
                return expression;
            }

            errors.Add(FieldError.Invalid(path, text, wanted == CelKind.Bool ? "cel expression must evaluate to a bool" : "messageExpression must evaluate to a string"));
        }
        catch (CelSyntaxException failure)
        {
            errors.Add(FieldError.Invalid(path, text, $"compilation failed: ERROR: <input>:1:{failure.Column}: {failure.Message}"));
        }

        return null;
    }

    private static bool Mentions(CelExpression expression, string name) => expression switch
    {
        CelName each => each.Name == name,
        CelSelect each => Mentions(each.Target, name),
        CelHas each => Mentions(each.Selection, name),
        CelIndex each => Mentions(each.Target, name) || Mentions(each.Index, name),
        CelCall each => each.Arguments.Any(argument => Mentions(argument, name)),
        CelList each => each.Items.Any(item => Mentions(item, name)),
        CelMapLiteral each => each.Entries.Any(entry => Mentions(entry.Key, name) || Mentions(entry.Value, name)),
        CelUnary each => Mentions(each.Operand, name),
        CelBinary each => Mentions(each.Left, name) || Mentions(each.Right, name),
        CelConditional each => Mentions(each.Condition, name) || Mentions(each.Then, name) || Mentions(each.Else, name),
        CelMacro each => Mentions(each.Range, name) || Mentions(each.Body, name) || (each.Condition is { } condition && Mentions(condition, name)),
        _ => false,
    };
}
