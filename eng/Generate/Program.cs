using Plumbline.Generate;

if (args.Length > 0)
{
    Console.Error.WriteLine($"usage: {GeneratedFile.Command}\nWrites what is made from the code, everywhere in the repository that the current directory is in.");
    return 2;
}

var repository = Directory.GetCurrentDirectory();
while (!File.Exists(Path.Combine(repository, "Operator.sln")))
{
    if (Path.GetDirectoryName(repository) is not { } parent)
    {
        Console.Error.WriteLine("run this inside the repository: there is no Operator.sln here or above");
        return 1;
    }

    repository = parent;
}

try
{
    foreach (var file in GeneratedFiles.All(repository))
        Console.WriteLine($"{(file.Write(repository) ? "written  " : "unchanged")} {file.Path}");
    return 0;
}
catch (GenerateException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
