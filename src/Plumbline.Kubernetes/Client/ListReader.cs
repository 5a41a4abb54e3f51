using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using k8s.Models;
using Plumbline.Kubernetes.Contracts;

namespace Plumbline.Kubernetes.Client;

/// <summary>
/// Reads a list item by item from the stream: no more of the answer is held than a buffer that one item fits into. Each item is first found whole,
/// then read, so that one that does not fit our types costs only itself.
/// </summary>
internal sealed class ListReader<T>(JsonTypeInfo<T> type)
    where T : class
{
    private const int FirstBuffer = 64 * 1024;

    /// <summary>Far above etcd's limit for an object (1.5 MiB by default).</summary>
    private const int MaxItemBytes = 32 << 20;

    private readonly List<T> _items = [];
    private readonly List<UnreadableObject> _unreadable = [];
    private JsonReaderState _state;
    private Place _place = Place.Start;
    private V1ListMeta? _metadata;

    private enum Place
    {
        Start,
        List,
        Metadata,
        Items,
        Item,
        Other,
        End,
    }

    /// <exception cref="JsonException">The answer as a whole is no list.</exception>
    public async Task<KubernetesList<T>> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            var held = 0;
            for (var ended = false; !ended;)
            {
                // Filled before it is looked at, so that the size of what arrives does not matter.
                var read = await body.ReadAtLeastAsync(buffer.AsMemory(held), buffer.Length - held, throwOnEndOfStream: false, cancellationToken);
                ended = read < buffer.Length - held;
                held += read;
                var used = Advance(buffer.AsSpan(0, held), ended);
                buffer.AsSpan(used, held - used).CopyTo(buffer);
                held -= used;
                if (held == buffer.Length)
                {
                    buffer = Grow(buffer);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return _place is Place.End && _metadata is not null
            ? new KubernetesList<T>(_items, _metadata.ResourceVersion, string.IsNullOrEmpty(_metadata.ContinueProperty) ? null : _metadata.ContinueProperty, _unreadable)
            : throw new JsonException("the answer is no list, or it is cut short");
    }

    private static byte[] Grow(byte[] buffer)
    {
        if (buffer.Length >= MaxItemBytes)
        {
            throw new JsonException($"an item of the list is longer than {MaxItemBytes >> 20} MiB");
        }

        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    /// <returns>Bytes that are done with; the rest is needed again, with more behind it.</returns>
    private int Advance(ReadOnlySpan<byte> bytes, bool ended)
    {
        var reader = new Utf8JsonReader(bytes, ended, _state);
        var done = 0;
        while (TryStep(ref reader, bytes))
        {
            done = (int)reader.BytesConsumed;
            _state = reader.CurrentState;
        }

        return done;
    }

    /// <summary>One token, or one whole value where a value is wanted. False when it is not there yet: the step is then taken anew.</summary>
    private bool TryStep(ref Utf8JsonReader reader, ReadOnlySpan<byte> bytes)
    {
        if (_place is Place.End || !reader.Read())
        {
            return false;
        }

        switch (_place)
        {
            case Place.Start:
                _place = reader.TokenType is JsonTokenType.StartObject ? Place.List : throw new JsonException("the answer is no JSON object");
                return true;
            case Place.List when reader.TokenType is JsonTokenType.EndObject:
                _place = Place.End;
                return true;
            case Place.List:
                _place = reader.ValueTextEquals("metadata"u8) ? Place.Metadata : reader.ValueTextEquals("items"u8) ? Place.Items : Place.Other;
                return true;
            case Place.Items when reader.TokenType is JsonTokenType.StartArray:
                _place = Place.Item;
                return true;
            case Place.Item when reader.TokenType is JsonTokenType.EndArray:
                _place = Place.List;
                return true;
        }

        // Never Skip, which throws where the value goes on behind the buffer.
        var start = (int)reader.TokenStartIndex;
        if (!reader.TrySkip())
        {
            return false;
        }

        var value = bytes[start..(int)reader.BytesConsumed];
        if (_place is Place.Item)
        {
            ReadItem(value);
            return true;
        }

        _metadata = _place is Place.Metadata ? JsonSerializer.Deserialize(value, KindContracts.Models.Full<V1ListMeta>()) : _metadata;
        _place = Place.List;
        return true;
    }

    private void ReadItem(ReadOnlySpan<byte> json)
    {
        if (ObjectReader.TryRead(json, type, out var item, out var problem))
        {
            _items.Add(item);
            return;
        }

        var metadata = ObjectReader.ReadMetadata(json);
        _unreadable.Add(new UnreadableObject(metadata?.NamespaceProperty, metadata?.Name, problem));
    }
}
