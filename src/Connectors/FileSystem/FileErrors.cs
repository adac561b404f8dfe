using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.FileSystem;

/// <summary>The messages about files.</summary>
static class FileErrors
{
    const int NotPermitted = 1;
    const int NoEntry = 2;
    const int WouldBlock = 11;
    const int AccessDenied = 13;
    const int Exists = 17;
    const int NotDirectory = 20;
    const int NoSpace = 28;
    const int ReadOnly = 30;
    const int QuotaExceeded = 122;

    /// <summary>What an error number of the operating system means for a path.</summary>
    public static Exception Failed(string path, int errno, Exception? cause = null) => errno switch
    {
        NoEntry or NotDirectory => new SqlException(
            SqlState.UndefinedFile, $"file or directory \"{path}\" does not exist", "Check the option 'path'."),
        Exists => new SqlException(SqlState.WrongObjectType, $"\"{path}\" is not a directory", "Check the option 'path'."),
        NotPermitted or AccessDenied or ReadOnly =>
            new SqlException(SqlState.InsufficientPrivilege, $"permission denied for \"{path}\"",
            "Give the user that runs the job access to it."),
        WouldBlock => new ExternalException(
            $"file \"{path}\" is in use by another process", Retry.Backoff, SqlState.ObjectInUse, cause,
            "Stop the other process; the job goes on by itself."),
        NoSpace or QuotaExceeded =>
            new ExternalException($"no space left to write \"{path}\"", Retry.Backoff, SqlState.DiskFull, cause,
            "Free space; the job goes on by itself."),
        _ => new ExternalException(
            $"input or output error {errno} on \"{path}\"", Retry.Backoff, SqlState.IoError, cause),
    };

    /// <summary>What an exception of the framework about a path means.</summary>
    public static Exception Translate(string path, Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => Failed(path, NoEntry, e),
        UnauthorizedAccessException => Failed(path, AccessDenied, e),
        InvalidDataException =>
            new SqlException(SqlState.DataCorrupted, $"compressed file \"{path}\" is damaged", detail: e.Message),
        // On Unix the framework keeps the error number in HResult; its own codes have a facility in the upper half.
        _ => Failed(path, (e.HResult & unchecked((int)0xFFFF0000)) == 0 ? e.HResult : 5, e),
    };

    /// <summary>Runs an action on a path and translates what the framework throws.</summary>
    public static T Guard<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (IsFailure(e))
        {
            throw Translate(path, e);
        }
    }

    /// <summary>True for the exceptions that <see cref="Translate"/> is for.</summary>
    public static bool IsFailure(Exception e) =>
        e is IOException or UnauthorizedAccessException or InvalidDataException;

    public static SqlException NotRegular(string path) =>
        new(SqlState.WrongObjectType, $"\"{path}\" is neither a file nor a directory",
            "Pipes and devices cannot be read again after a failure; copy the data to a file.");

    public static SqlException Truncated(string path, long length, long expected) =>
        new(SqlState.DataException,
            $"file \"{path}\" was truncated: it has {length} bytes where there were at least {expected}",
            "Restore the file, or start the job without its checkpoint.");

    public static SqlException Replaced(string path, long offset) =>
        new(SqlState.DataException,
            $"file \"{path}\" was replaced: its content before byte {offset} is not what was read",
            "Restore the file, or start the job without its checkpoint.");

    public static SqlException CompressionNotSupported(string path, string extension) =>
        new(SqlState.FeatureNotSupported, $"compression \"{extension}\" of file \"{path}\" is not supported",
            "Decompress the file, or compress it with gzip.");

    public static SqlException PositionMalformed(string position) =>
        new(SqlState.DataCorrupted, $"the position {position} of a file split cannot be read");

    public static SqlException NewerOwner(string path, long incarnation, long newer) =>
        new(SqlState.SinkStateMismatch, $"attempt {newer} of the job writes \"{path}\"; this one is {incarnation}",
            "Another process has taken the job over; stop this one.");

    public static SqlException MarkerDamaged(string path) =>
        new(SqlState.DataCorrupted, $"sink marker \"{path}\" is damaged",
            "Restore it from a backup, or let the job write to another directory.");

    public static SqlException UncommittedMissing(string path, long length, long committed) =>
        new(SqlState.SinkStateMismatch, $"in-progress file \"{path}\" has {length} bytes, the marker says {committed}",
            "Somebody changed the sink's directory; restore the file, or let the job write to another directory.");

    public static SqlException NameTaken(string path) =>
        new(SqlState.SinkStateMismatch, $"file \"{path}\" exists and was not written by this sink",
            "Move it away; the job then goes on from its checkpoint.");

    public static SqlException OutsidePartitions(string table, string path, string key) =>
        new(SqlState.DataException, $"file \"{path}\" of partitioned table \"{table}\" lies in no directory \"{key}=...\"",
            "Move it into the directory of its partition, or give it a name that begins with a point.");

    public static SqlException PartitionValue(string table, string path, string complaint) =>
        new(SqlState.DataException, $"file \"{path}\" of partitioned table \"{table}\" lies in no partition: {complaint}",
            "Rename the directory, or declare the column as STRING.");

    public static SqlException NullPartition(string table, string path, string key) =>
        new(SqlState.NotNullViolation, $"file \"{path}\" of table \"{table}\" has NULL in column \"{key}\", which is NOT NULL",
            "Declare the column without NOT NULL.");

    public static SqlException PartitionNameTooLong(string table, string key, string value) =>
        new(SqlState.NameTooLong, $"column \"{key}\" of table \"{table}\" holds {value}, which is too long for the name of a directory",
            $"A name has {PartitionNames.BytesMax} bytes at most; leave the column out of PARTITIONED BY.");

    public static SqlException EmptyPartitionValue(string table, string key) =>
        new(SqlState.NotNullViolation, $"column \"{key}\" of table \"{table}\" is NOT NULL and holds an empty string, which no directory can stand for",
            "Declare the column without NOT NULL: the row then belongs to the partition of NULL.");
}
