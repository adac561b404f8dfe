using SqlStream.Testing;

namespace SqlStream.State.Tests;

/// <summary>A test that needs a program of the operating system, and is skipped with that reason where it is absent.</summary>
public sealed class FactIfProgramAttribute : FactAttribute
{
    public FactIfProgramAttribute(string program)
    {
        if (!ProgramSearch.Exists(program))
            Skip = $"program {program} is not installed";
    }
}

/// <summary>A test that mounts a small file system, and is skipped with the reason where that is not allowed.</summary>
public sealed class FactIfMountAttribute : FactAttribute
{
    public FactIfMountAttribute()
    {
        if (!SmallDisk.IsPossible(out var reason))
            Skip = reason;
    }
}
