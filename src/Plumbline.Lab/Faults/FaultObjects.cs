using System.Text.Json.Nodes;
using Plumbline.Import.Files;

namespace Plumbline.Lab.Faults;

/// <summary>Objects that are in the cluster while a fault is: the files of this folder, built into the lab.</summary>
internal static class FaultObjects
{
    public const string Resource = "faults/";

    /// <exception cref="InvalidOperationException">There is no such file.</exception>
    public static IEnumerable<JsonObject> Of(string file)
    {
        using var stream = typeof(FaultObjects).Assembly.GetManifestResourceStream(Resource + file)
            ?? throw new InvalidOperationException($"the estate: no objects are called '{file}'");
        using var reader = new StreamReader(stream);
        return [.. YamlReader.Documents(reader.ReadToEnd(), []).Select(YamlReader.ToJson).OfType<JsonObject>()];
    }
}
