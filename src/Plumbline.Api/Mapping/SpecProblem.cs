namespace Plumbline.Api.Mapping;

/// <summary>What is wrong with a spec. The API server rejects most of it; objects from files, and of other versions, come without its checks.</summary>
public enum SpecProblemKind
{
    /// <summary>A word that this version does not know. The field is taken as not given.</summary>
    UnknownValue,

    /// <summary>A number outside its bounds. A setting falls back to its default; a port is left out.</summary>
    OutOfBounds,

    /// <summary>A part of the spec speaks of something that the spec does not have. That part is left out.</summary>
    Dangling,

    /// <summary>Without this the part means nothing. It is left out.</summary>
    Missing,

    /// <summary>A second row with the id of an earlier one, or whose Connection would have the same name. It is left out.</summary>
    Duplicate,

    /// <summary>The map binds one word to two Components. Rows that use it are left out.</summary>
    Ambiguous,
}

/// <param name="Field">Path below the object, such as <c>spec.connections[3].ports[0]</c>.</param>
/// <param name="Message">What was read, and what to do; without the field.</param>
public sealed record SpecProblem(SpecProblemKind Kind, string Field, string Message)
{
    public override string ToString() => $"{Field}: {Message}";
}
