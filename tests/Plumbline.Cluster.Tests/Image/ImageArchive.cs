using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json.Nodes;

namespace Plumbline.Cluster.Tests.Image;

/// <summary>An image archive, unpacked, where one is at hand: <c>PLUMBLINE_TEST_IMAGE</c> names what eng/image.sh wrote.</summary>
internal sealed class ImageArchive : IDisposable
{
    private readonly DirectoryInfo _directory;

    private ImageArchive(string file, DirectoryInfo directory)
    {
        _directory = directory;
        TarFile.ExtractToDirectory(file, Blobs, overwriteFiles: false);
        var manifest = Blob(JsonNode.Parse(File.ReadAllText(Path.Combine(Blobs, "index.json")))!["manifests"]![0]!);
        Configuration = Blob(manifest["config"]!);
        foreach (var layer in manifest["layers"]!.AsArray())
        {
            using var plain = Decompressed(PathOf(layer!));
            using var reader = new TarReader(plain);
            while (reader.GetNextEntry() is { } entry)
                Entries.Add(entry);

            using var again = Decompressed(PathOf(layer!));
            TarFile.ExtractToDirectory(again, Root, overwriteFiles: false);
        }
    }

    public static string? Location => Environment.GetEnvironmentVariable("PLUMBLINE_TEST_IMAGE") is { Length: > 0 } file ? file : null;

    public JsonNode Configuration { get; }

    public List<TarEntry> Entries { get; } = [];

    /// <summary>The image's files.</summary>
    public string Root => Path.Combine(_directory.FullName, "root");

    private string Blobs => Path.Combine(_directory.FullName, "archive");

    public static ImageArchive Require()
    {
        if (Location is null)
            Assert.Ignore("no image: .ci/run builds one, or run eng/image.sh and set PLUMBLINE_TEST_IMAGE to artifacts/image/plumbline.oci.tar");
        var directory = Directory.CreateTempSubdirectory("plumbline-image-");
        directory.CreateSubdirectory("root");
        directory.CreateSubdirectory("archive");
        try
        {
            return new ImageArchive(Location!, directory);
        }
        catch
        {
            directory.Delete(recursive: true);
            throw;
        }
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private static GZipStream Decompressed(string file) => new(File.OpenRead(file), CompressionMode.Decompress);

    private JsonNode Blob(JsonNode descriptor) => JsonNode.Parse(File.ReadAllText(PathOf(descriptor)))!;

    private string PathOf(JsonNode descriptor) => Path.Combine(Blobs, "blobs", descriptor["digest"]!.GetValue<string>().Replace(':', '/'));
}
