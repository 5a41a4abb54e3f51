using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Json;

namespace Plumbline.Lab.Api.Storage;

internal sealed record JournalRecord(long Revision, string Collection, bool IsDelete, JsonObject Tree);

internal sealed record JournalContent(long SnapshotRevision, IReadOnlyList<(string Collection, JsonObject Tree)> Snapshot, IReadOnlyList<JournalRecord> Records);

/// <summary>A journal that cannot be read: it names the file, the line and what to do.</summary>
internal sealed class JournalException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// <c>snapshot.jsonl</c> (all objects as of one revision) and <c>journal.jsonl</c> (each change since). A record is one line; it is written
/// before the change is acknowledged and survives the death of the process. It is not synced to disk: a power cut may cost the last changes.
/// </summary>
/// <remarks>
/// Records up to the snapshot's revision are skipped when loading, so dying between the renaming of a new snapshot and the emptying of
/// the journal is harmless. A last line without its line end was being written when the process died: nobody was told of it, it is cut off.
/// </remarks>
internal sealed class Journal : IDisposable
{
    private readonly string _journalPath;
    private readonly string _snapshotPath;
    private readonly long _snapshotAfterBytes;
    private FileStream? _stream;
    private long _written;

    /// <param name="snapshotAfterBytes">The journal's size that makes a snapshot due.</param>
    public Journal(string directory, long snapshotAfterBytes)
    {
        // secrets are in here
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        _journalPath = Path.Combine(directory, "journal.jsonl");
        _snapshotPath = Path.Combine(directory, "snapshot.jsonl");
        _snapshotAfterBytes = snapshotAfterBytes;
    }

    public bool IsDueForSnapshot => _written > _snapshotAfterBytes;

    /// <summary>Reads what is there and opens the journal for appending.</summary>
    /// <exception cref="JournalException">A line other than the torn last one cannot be read.</exception>
    public JournalContent Load()
    {
        var (snapshotRevision, objects) = LoadSnapshot();
        var bytes = File.Exists(_journalPath) ? File.ReadAllBytes(_journalPath) : [];
        var records = new List<JournalRecord>();
        var line = 0;
        var start = 0;
        while (bytes.AsSpan(start).IndexOf((byte)'\n') is var length and >= 0)
        {
            var record = ReadRecord(bytes.AsSpan(start, length), ++line);
            if (record.Revision > snapshotRevision)
            {
                records.Add(record);
            }

            start += length + 1;
        }

        // unbuffered: what Write returned from is with the kernel, and outlives this process
        _stream = new FileStream(_journalPath, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        _stream.SetLength(start);
        _stream.Seek(0, SeekOrigin.End);
        _written = start;
        return new JournalContent(snapshotRevision, objects, records);
    }

    public void Put(string collection, StoredObject item) => Append("put", collection, item);

    public void Delete(string collection, StoredObject last) => Append("delete", collection, last);

    public void WriteSnapshot(long revision, IEnumerable<(string Collection, StoredObject Item)> objects)
    {
        var temporary = _snapshotPath + ".tmp";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
        {
            file.Write(Encoding.UTF8.GetBytes($"{{\"revision\":{revision.ToString(CultureInfo.InvariantCulture)}}}\n"));
            foreach (var (collection, item) in objects)
            {
                file.Write(Line("put", collection, item));
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, _snapshotPath, overwrite: true);
        _stream!.SetLength(0);
        _stream.Seek(0, SeekOrigin.Begin);
        _written = 0;
    }

    public void Dispose() => _stream?.Dispose();

    private static byte[] Line(string operation, string collection, StoredObject item)
    {
        var buffer = new ArrayBufferWriter<byte>(item.Json.Length + 128);
        buffer.Write(Encoding.UTF8.GetBytes(
            $"{{\"revision\":{item.Revision.ToString(CultureInfo.InvariantCulture)},\"op\":\"{operation}\",\"collection\":\"{JsonEncodedText.Encode(collection)}\",\"object\":"));
        buffer.Write(item.Json);
        buffer.Write("}\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private void Append(string operation, string collection, StoredObject item)
    {
        var line = Line(operation, collection, item);
        try
        {
            _stream!.Write(line);
        }
        catch (IOException)
        {
            // a half-written record would swallow the next one into its line
            _stream!.SetLength(_written);
            _stream.Seek(0, SeekOrigin.End);
            throw;
        }

        _written += line.Length;
    }

    private (long Revision, List<(string, JsonObject)> Objects) LoadSnapshot()
    {
        var objects = new List<(string, JsonObject)>();
        if (!File.Exists(_snapshotPath))
        {
            return (0, objects);
        }

        long? revision = null;
        var number = 0;
        foreach (var line in File.ReadLines(_snapshotPath))
        {
            number++;
            var tree = ReadLine(_snapshotPath, Encoding.UTF8.GetBytes(line), number);
            if (revision is null)
            {
                revision = tree.Number("revision") ?? throw Unreadable(_snapshotPath, number, "no revision");
            }
            else
            {
                objects.Add((tree.Text("collection") ?? throw Unreadable(_snapshotPath, number, "no collection"), Detach(tree, _snapshotPath, number)));
            }
        }

        return (revision ?? throw Unreadable(_snapshotPath, 1, "the file is empty"), objects);
    }

    private JournalRecord ReadRecord(ReadOnlySpan<byte> bytes, int line)
    {
        var tree = ReadLine(_journalPath, bytes, line);
        return tree.Number("revision") is { } revision && tree.Text("op") is { } operation && tree.Text("collection") is { } collection
            ? new JournalRecord(revision, collection, operation == "delete", Detach(tree, _journalPath, line))
            : throw Unreadable(_journalPath, line, "revision, op or collection is missing");
    }

    private static JsonObject ReadLine(string path, ReadOnlySpan<byte> bytes, int line)
    {
        try
        {
            return JsonTree.Parse(bytes) as JsonObject ?? throw Unreadable(path, line, "not an object");
        }
        catch (JsonException failure)
        {
            throw Unreadable(path, line, failure.Message, failure);
        }
    }

    private static JsonObject Detach(JsonObject record, string path, int line)
    {
        var tree = record.Map("object");
        record.Remove("object");
        return tree?["metadata"] is JsonObject ? tree : throw Unreadable(path, line, "no object");
    }

    private static JournalException Unreadable(string path, int line, string why, Exception? inner = null) =>
        new($"{path}:{line}: cannot be read: {why}. Restore the file, or remove its directory to start with an empty cluster.", inner);
}
