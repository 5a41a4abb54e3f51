using System.Collections.Immutable;

namespace Plumbline.Core.Words;

/// <summary>
/// Records compare their collections by reference. Facts and questions are compared by what they say: an event that changes nothing must
/// cost nothing.
/// </summary>
public static class Values
{
    public static bool Same<T>(ImmutableArray<T> a, ImmutableArray<T> b)
        where T : IEquatable<T> =>
        a.IsDefaultOrEmpty ? b.IsDefaultOrEmpty : !b.IsDefault && a.AsSpan().SequenceEqual(b.AsSpan());

    /// <summary>Keys of sorted dictionaries with one comparer come in one order.</summary>
    public static bool Same(ImmutableSortedDictionary<string, string> a, ImmutableSortedDictionary<string, string> b) =>
        ReferenceEquals(a, b) || (a.Count == b.Count && a.SequenceEqual(b));
}
