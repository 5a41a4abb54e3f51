using System.Text;

namespace Plumbline.Metrics.Tests;

/// <summary>The page as text.</summary>
internal static class ExpositionPage
{
    public static string Write(this PrometheusExposition exposition)
    {
        using var page = new MemoryStream();
        exposition.WriteAsync(page, CancellationToken.None).GetAwaiter().GetResult();
        return Encoding.UTF8.GetString(page.ToArray());
    }

    /// <summary>The samples, without the lines that declare families.</summary>
    public static IReadOnlyList<string> Series(this PrometheusExposition exposition) =>
        [.. exposition.Write().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#')];
}
