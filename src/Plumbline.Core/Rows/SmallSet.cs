using System.Collections;

namespace Plumbline.Core.Rows;

/// <summary>A set that mostly has one member or two, and sometimes very many.</summary>
internal sealed class SmallSet<T> : IReadOnlyCollection<T>
    where T : class
{
    private const int MaxListed = 8;

    private T[] _listed = [];
    private HashSet<T>? _hashed;

    public int Count => _hashed?.Count ?? _listed.Length;

    public void Add(T item)
    {
        if (_hashed is not null)
        {
            _hashed.Add(item);
        }
        else if (Array.IndexOf(_listed, item) < 0)
        {
            if (_listed.Length < MaxListed)
            {
                _listed = [.. _listed, item];
            }
            else
            {
                (_hashed, _listed) = ([.. _listed, item], []);
            }
        }
    }

    public void Remove(T item)
    {
        if (_hashed is not null)
        {
            _hashed.Remove(item);
        }
        else if (Array.IndexOf(_listed, item) is >= 0 and var at)
        {
            _listed = _listed.Length == 1 ? [] : [.. _listed.AsSpan(0, at), .. _listed.AsSpan(at + 1)];
        }
    }

    public IEnumerator<T> GetEnumerator() => _hashed is not null ? _hashed.GetEnumerator() : ((IEnumerable<T>)_listed).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
