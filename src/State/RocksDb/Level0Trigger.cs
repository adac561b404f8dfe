using SqlStream.Core.Diagnostics;

namespace SqlStream.State.RocksDb;

/// <summary>From how many files at level 0 on they are compacted: as many as the last epochs brought.</summary>
/// <remarks>The files of one epoch do not overlap, so a read looks at one of each epoch, and epochs are what counts; RocksDB counts files. How many an epoch brings
/// changes with the rate of the job, down as well as up.</remarks>
/// <param name="epochs">Epochs that may lie at level 0.</param>
sealed class Level0Trigger(int epochs)
{
    const int FilesMax = 512;
    const int Step = 8;

    readonly int[] _files = new int[Math.Max(1, epochs)];
    int _known;
    int _next;
    int _sum;
    int _trigger = Math.Max(1, epochs);

    /// <summary>An epoch brings files; true if the trigger changes. It follows growth at once, and what shrinks by a quarter.</summary>
    public bool TryChange(int files, out int trigger)
    {
        Check.That(files > 0);
        _sum += files - _files[_next];
        _files[_next] = files;
        _next = (_next + 1) % _files.Length;
        _known = Math.Min(_known + 1, _files.Length);
        var wanted = Math.Clamp((int)((long)_sum * _files.Length / _known), _files.Length, FilesMax);
        trigger = wanted <= _files.Length ? wanted : Math.Min(FilesMax, (wanted + Step - 1) / Step * Step);
        if (wanted <= _trigger && trigger > _trigger * 3 / 4)
            return false;
        _trigger = trigger;
        return true;
    }
}
