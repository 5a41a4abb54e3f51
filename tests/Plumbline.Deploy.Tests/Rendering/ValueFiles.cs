namespace Plumbline.Deploy.Tests.Rendering;

/// <summary>The files of values under <c>charts/plumbline/ci</c>.</summary>
internal static class ValueFiles
{
    private static readonly string Folder = Path.Combine(Renderer.Chart, "ci");

    public static string Everything { get; } = Path.Combine(Folder, "everything.yaml");

    public static IEnumerable<string> All => Directory.GetFiles(Folder, "*.yaml").Order(StringComparer.Ordinal);
}
