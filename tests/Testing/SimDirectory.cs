using SqlStream.Core.Diagnostics;
using SqlStream.Core.Files;

namespace SqlStream.Testing;

/// <summary>The simulated machine lost its power. No code under test may catch it.</summary>
#pragma warning disable CA1032, CA1064 // Thrown by the simulation only.
public sealed class SimCrashException(long operation) : Exception($"crash at operation {operation}");
#pragma warning restore CA1032, CA1064

/// <summary>A directory in memory with a disk below it: what was not synced may be lost, torn or zeroed when the
/// machine crashes. Crashes and full disks come at chosen operations; what exactly happens then is drawn from a
/// seed.</summary>
public sealed class SimDirectory(int seed) : IDurableDirectory
{
    readonly Random _random = new(seed);
    readonly SortedDictionary<string, SimFile> _names = new(StringComparer.Ordinal);
    readonly SortedDictionary<string, SimFile> _durableNames = new(StringComparer.Ordinal);
    bool _down;

    /// <summary>Operations so far.</summary>
    public long Operations { get; private set; }

    /// <summary>The machine crashes during this operation; 0 for never.</summary>
    public long CrashAt { get; set; }

    /// <summary>The disk is full during the first operation from this one on that needs space; 0 for never.</summary>
    public long FullAt { get; set; }

    public string Path => "/sim";

    /// <summary>The machine comes up again: only what the disk kept is there.</summary>
    public void Restart()
    {
        _down = false;
        CrashAt = 0;
        foreach (var (name, file) in _names.Where(entry => !_durableNames.ContainsKey(entry.Key)).ToList())
        {
            // A new name that was not synced may have reached the disk or not.
            if (_random.Next(2) == 0)
                _durableNames[name] = file;
        }
        foreach (var name in _durableNames.Keys.Where(name => !_names.ContainsKey(name)).ToList())
        {
            // So may the disappearance of a name.
            if (_random.Next(2) == 0)
                _durableNames.Remove(name);
        }
        _names.Clear();
        foreach (var (name, file) in _durableNames)
        {
            file.LoseUnsynced(_random);
            _names[name] = file;
        }
    }

    /// <summary>Puts a file there as a user would.</summary>
    public void Put(string name, byte[] content)
    {
        var file = new SimFile { Content = [.. content], Durable = [.. content] };
        _names[name] = file;
        _durableNames[name] = file;
    }

    public bool Exists(string name) => Step(name, () => _names.ContainsKey(name));

    public long? Length(string name) =>
        Step(name, () => _names.TryGetValue(name, out var file) ? file.Content.Count : (long?)null);

    public IReadOnlyList<string> List(string prefix) =>
        Step<IReadOnlyList<string>>(prefix, () =>
            [.. _names.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))]);

    public byte[]? Read(string name) =>
        Step<byte[]?>(name, () => _names.TryGetValue(name, out var file) ? [.. file.Content] : null);

    public IAppendFile OpenAppend(string name, long length) => Step(name, () =>
    {
        if (!_names.TryGetValue(name, out var file))
            _names[name] = file = new SimFile();
        if (file.Content.Count < length)
            throw new EngineBugException($"\"{name}\" has {file.Content.Count} bytes, not {length}");
        file.Content.RemoveRange((int)length, file.Content.Count - (int)length);
        return new Appender(this, name, file);
    }, needsSpace: true);

    public void Replace(string name, ReadOnlySpan<byte> content)
    {
        var bytes = content.ToArray();
        Step(name, () =>
        {
            Put(name, bytes);
            return true;
        }, needsSpace: true);
    }

    public bool Rename(string from, string to) => Step(from, () =>
    {
        if (_names.ContainsKey(to))
            return false;
        var file = _names[from];
        _names.Remove(from);
        _durableNames.Remove(from);
        _names[to] = file;
        _durableNames[to] = file;
        return true;
    }, needsSpace: true);

    public void Delete(string name) => Step(name, () => _names.Remove(name));

    public void Delete(IReadOnlyList<string> names)
    {
        foreach (var name in names)
            Delete(name);
        Step("", () =>
        {
            foreach (var name in names)
                _durableNames.Remove(name);
            return true;
        });
    }

    // A crash falls before the operation, after it, or, for appends, in its middle.
    T Step<T>(string name, Func<T> action, Action<double>? partly = null, bool needsSpace = false)
    {
        if (_down)
            throw new SimCrashException(Operations);
        Operations++;
        if (needsSpace && Operations >= FullAt && FullAt > 0)
        {
            FullAt = 0;
            partly?.Invoke(_random.NextDouble());
            throw new ExternalException($"no space left to write \"{name}\"", Retry.Backoff, SqlState.DiskFull);
        }
        if (Operations != CrashAt)
            return action();
        switch (_random.Next(3))
        {
            case 0:
                action();
                break;
            case 1:
                partly?.Invoke(_random.NextDouble());
                break;
            default:
                break;
        }
        _down = true;
        throw new SimCrashException(Operations);
    }

    sealed class SimFile
    {
        public List<byte> Content { get; init; } = [];

        public List<byte> Durable { get; set; } = [];

        /// <summary>The content becomes one that the disk may have: the synced one, a part of what came later, or that
        /// with zeros in it. What was synced and is still part of the file stays in any case.</summary>
        public void LoseUnsynced(Random random)
        {
            var stable = 0;
            while (stable < Content.Count && stable < Durable.Count && Content[stable] == Durable[stable])
                stable++;
            List<byte> kept = random.Next(3) switch
            {
                0 => Durable,
                1 => [.. Content.Take(random.Next(stable, Content.Count + 1))],
                _ => [.. Content.Select((octet, i) => i >= stable && random.Next(4) == 0 ? (byte)0 : octet)],
            };
            Durable = [.. kept];
            Content.Clear();
            Content.AddRange(Durable);
        }
    }

    sealed class Appender(SimDirectory directory, string name, SimFile file) : IAppendFile
    {
        bool _failed;

        public long Length => file.Content.Count;

        public void Append(ReadOnlySpan<byte> bytes)
        {
            Check.That(!_failed);
            var copy = bytes.ToArray();
            directory.Step(
                name,
                () =>
                {
                    file.Content.AddRange(copy);
                    return true;
                },
                share => file.Content.AddRange(copy.Take((int)(share * copy.Length))),
                needsSpace: true);
        }

        public void Sync()
        {
            Check.That(!_failed);
            _failed = true;
            directory.Step(name, () =>
            {
                file.Durable = [.. file.Content];
                directory._durableNames[name] = file;
                return true;
            }, needsSpace: true);
            _failed = false;
        }

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
