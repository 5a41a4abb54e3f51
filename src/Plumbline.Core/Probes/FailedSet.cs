namespace Plumbline.Core.Probes;

public static class FailedSet
{
    /// <summary>The same addresses, in any order; how they failed may differ from probe to probe.</summary>
    public static bool Same(FailedAddress[] a, FailedAddress[] b)
    {
        if (ReferenceEquals(a, b))
            return true;
        if (a.Length != b.Length)
            return false;
        foreach (var failed in a)
        {
            if (!Array.Exists(b, other => other.Address == failed.Address))
                return false;
        }

        return true;
    }
}
