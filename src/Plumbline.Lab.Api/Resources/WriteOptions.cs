namespace Plumbline.Lab.Api.Resources;

internal enum FieldValidation
{
    /// <summary>Unknown and repeated fields are dropped silently.</summary>
    Ignore,

    /// <summary>They are dropped and reported in Warning headers; the default.</summary>
    Warn,

    /// <summary>They fail the request.</summary>
    Strict,
}

/// <summary>How one write is to be done. <paramref name="Warnings"/> collects what the client is to be told beside the result.</summary>
internal sealed record WriteOptions(bool DryRun, string FieldManager, FieldValidation Validation, List<string> Warnings);

internal sealed record DeleteOptions(bool DryRun, string? Uid, string? ResourceVersion, bool Orphan, long? GracePeriodSeconds);
