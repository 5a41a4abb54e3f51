namespace Plumbline.Lab.Api.Storage;

internal enum ChangeKind
{
    /// <summary>The object was not there before.</summary>
    Added,

    /// <summary>A new version of an object that was there.</summary>
    Modified,

    /// <summary>The object is gone; <see cref="Change.Object"/> is its last state under the revision of its removal.</summary>
    Deleted,
}

/// <summary>One step of a collection's history. <paramref name="Previous"/> lets a selection see objects enter and leave it.</summary>
internal sealed record Change(ChangeKind Kind, long Revision, StoredObject Object, StoredObject? Previous);
