namespace Plumbline.Api.Schema;

// What the schema says of a field beyond its type. Names are KubeOps' where it has one. eng/Generate reads them; the shipped executable has none of them
// (Trimming.LinkAttributes.xml). The description of a field is the summary of its doc comment.
//
// On a list of words or numbers, Length, Pattern, EnumValues and the range are those of its entries; Items is the list's. On a map of strings, Length is
// that of its values.

/// <summary>Has to be given. The keys of a list are in any case.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RequiredAttribute : Attribute;

/// <summary>The least number, included.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RangeMinimumAttribute(long minimum) : Attribute
{
    public long Minimum => minimum;
}

/// <summary>The greatest number, included.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RangeMaximumAttribute(long maximum) : Attribute
{
    public long Maximum => maximum;
}

/// <summary>Characters of a text; 0 leaves the lower bound out.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class LengthAttribute(int minLength, int maxLength) : Attribute
{
    public int MinLength => minLength;

    public int MaxLength => maxLength;
}

/// <summary>Entries of a list; 0 leaves the lower bound out.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ItemsAttribute(int minItems, int maxItems) : Attribute
{
    public int MinItems => minItems;

    public int MaxItems => maxItems;
}

/// <summary>Entries of a map of strings.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PropertyLimitsAttribute(int maxProperties) : Attribute
{
    public int MaxProperties => maxProperties;
}

/// <summary>A regular expression as Go and ECMAScript both read it.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PatternAttribute(string regexPattern) : Attribute
{
    public string RegexPattern => regexPattern;
}

/// <summary>The words that are allowed.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class EnumValuesAttribute(params string[] values) : Attribute
{
    public IReadOnlyList<string> Values => values;
}

/// <summary>What the API server fills in: a text, a number or a bool.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DefaultValueAttribute(object value) : Attribute
{
    public object Value => value;
}

/// <summary>The API server fills in an empty object, and with it the defaults of its members.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DefaultEmptyAttribute : Attribute;

/// <summary>Entries of the list are told apart by these members, so that two appliers can own an entry each. Without it a list belongs to one owner.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class XListMapKeysAttribute(params string[] keys) : Attribute
{
    public IReadOnlyList<string> Keys => keys;
}

public enum XListType
{
    /// <summary>One value as a whole.</summary>
    Atomic,

    /// <summary>No entry twice.</summary>
    Set,

    /// <summary>Said by <see cref="XListMapKeysAttribute"/>.</summary>
    Map,
}

/// <summary>Default without it: <see cref="XListType.Atomic"/>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class XListTypeAttribute(XListType listType) : Attribute
{
    public XListType ListType => listType;
}

/// <summary>A rule in CEL: on a member for its value, on a class for every object of it.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class, AllowMultiple = true)]
public sealed class ValidationRuleAttribute(string rule, string message) : Attribute
{
    public string Rule => rule;

    /// <summary>What the user is told.</summary>
    public string Message => message;
}

/// <summary>What a class says of a member that it inherits, instead of the member's own doc comment.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class DescriptionAttribute(string member, string description) : Attribute
{
    public string Member => member;

    public string Description => description;
}

/// <summary>The class stands for a type of the API itself, which carries no attributes of ours.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SchemaOfAttribute(Type type) : Attribute
{
    public Type Type => type;
}
