using System.Globalization;
using System.Text;

namespace SqlStream.EndToEnd.Tests.Crash;

/// <summary>A reading, a pure function of its number.</summary>
readonly record struct Reading(int Id)
{
    static readonly DateTime _start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Unspecified);

    /// <summary>Rows between two that are no JSON.</summary>
    const int MalformedEvery = 1_009;

    public bool IsMalformed => Id % MalformedEvery == MalformedEvery / 2;

    public string Key => "k" + (Id * 7919L % 97).ToString(CultureInfo.InvariantCulture);

    public int Value => (int)(Id * 31L % 1000);

    /// <summary>One a millisecond, in order.</summary>
    public DateTime Time => _start.AddMilliseconds(Id);

    public string Line => IsMalformed
        ? $"{{\"id\":{Id},\"k\":"
        : string.Create(CultureInfo.InvariantCulture, $"{{\"id\":{Id},\"k\":\"{Key}\",\"v\":{Value},\"ts\":\"{Time:yyyy-MM-dd HH:mm:ss.fff}\"}}");
}

/// <summary>The input of the jobs that are crashed: JSON files whose rows come in the order of time.</summary>
sealed class CrashReadings(int count)
{
    /// <summary>Every reading.</summary>
    public IEnumerable<Reading> All => Enumerable.Range(0, count).Select(id => new Reading(id));

    /// <summary>The readings that can be decoded.</summary>
    public IEnumerable<Reading> Whole => All.Where(reading => !reading.IsMalformed);

    /// <summary>The numbers of the others.</summary>
    public IEnumerable<int> Malformed => All.Where(reading => reading.IsMalformed).Select(reading => reading.Id);

    /// <summary>Writes them into files whose names are in order.</summary>
    public void Write(string directory, int files)
    {
        Directory.CreateDirectory(directory);
        for (var file = 0; file < files; file++)
            File.WriteAllText(Path.Combine(directory, Name(file)), Text(file, files));
    }

    /// <summary>The name of a file.</summary>
    public static string Name(int file) => string.Create(CultureInfo.InvariantCulture, $"readings-{file:0000}.json");

    /// <summary>The content of a file.</summary>
    public string Text(int file, int files)
    {
        var text = new StringBuilder();
        for (var id = (int)((long)count * file / files); id < (int)((long)count * (file + 1) / files); id++)
            text.Append(new Reading(id).Line).Append('\n');
        return text.ToString();
    }
}
