namespace Plumbline.Generate;

/// <param name="Path">Below the repository, with slashes.</param>
public sealed record GeneratedFile(string Path, string Text)
{
    public const string Command = "dotnet run --project eng/Generate";

    /// <summary>Writes it where it differs.</summary>
    /// <returns>Whether it did.</returns>
    public bool Write(string repository)
    {
        var file = System.IO.Path.Combine(repository, Path);
        if (File.Exists(file) && File.ReadAllText(file) == Text)
            return false;

        File.WriteAllText(file, Text);
        return true;
    }
}
