namespace Plumbline.Import.Binding;

/// <summary>How much a piece of evidence says, most first.</summary>
public enum EvidenceStrength
{
    /// <summary>The document, or the name itself, says where it runs.</summary>
    Stated,

    /// <summary>The same name, letter by letter.</summary>
    SameName,

    /// <summary>The same name but for words such as "service".</summary>
    SameCore,

    /// <summary>The same name behind that of its namespace or of the application it is part of.</summary>
    SameWithPrefix,

    /// <summary>The documents call it so elsewhere.</summary>
    KnownAs,

    /// <summary>A name that it shares with others: part-of, instance, namespace.</summary>
    SharedName,

    /// <summary>The first letters of its words.</summary>
    Initials,

    /// <summary>All words of the thing's name are words of the documented one.</summary>
    WordsOfName,

    /// <summary>Nothing else in the cluster listens on the documented ports, and a word is the same.</summary>
    PortAndWord,

    /// <summary>Nothing else in the cluster listens on the documented ports.</summary>
    PortOnly,

    /// <summary>Some words are the same.</summary>
    SomeWords,
}

/// <param name="Text">What was found, as a sentence's part: "label app.kubernetes.io/component is 'tenant-service'".</param>
public sealed record Evidence(EvidenceStrength Strength, string Text);

/// <summary>What the documented ports say of a thing.</summary>
public enum PortAgreement
{
    /// <summary>The documents state no port, or the cluster says nothing of the thing's ports.</summary>
    Unknown,

    /// <summary>It listens on all of them.</summary>
    Agrees,

    /// <summary>On some of them.</summary>
    AgreesInPart,

    /// <summary>On none of them.</summary>
    Contradicts,
}

/// <param name="Evidence">Best first; never empty.</param>
/// <param name="Against">Why it can hardly be meant; null: nothing speaks against it.</param>
public sealed record BindingProposal(BindingTarget Target, IReadOnlyList<Evidence> Evidence, PortAgreement Ports, string? Against)
{
    public EvidenceStrength Strength => Evidence[0].Strength;

    public string Reasons => string.Join("; ", Evidence.Select(e => e.Text).Concat(Against is null ? [] : [$"but {Against}"]));
}

/// <summary>What is proposed for one name.</summary>
/// <param name="Proposals">Best first.</param>
/// <param name="Chosen">The one that is clearly best; null: a person has to choose.</param>
/// <param name="Why">Why it was chosen, or why none was.</param>
public sealed record NameProposal(NameUse Name, IReadOnlyList<BindingProposal> Proposals, BindingProposal? Chosen, string Why);
