@echo off
rem The Windows twin of ./autodiff. Not run by CI.
setlocal
set "root=%~dp0"
set "lib=%root%autodiff-examples\target\quick\lib"
set "java=java"
if defined JAVA_HOME if not exist "%JAVA_HOME%\bin\java.exe" (echo autodiff: JAVA_HOME is %JAVA_HOME%, where no bin\java.exe is; correct or unset it>&2 & exit /b 1)
if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java.exe"
"%java%" --version >nul 2>&1 || (echo autodiff: no JDK 17 or newer found: install one, or set JAVA_HOME>&2 & exit /b 1)
powershell -NoProfile -Command "$s = '%lib%\.built'; if (-not (Test-Path $s)) { exit 1 }; $t = (Get-Item $s).LastWriteTime; if (Get-ChildItem '%root%pom.xml', '%root%.mvn', '%root%autodiff-*\pom.xml', '%root%autodiff-*\src\main', '%root%autodiff-*\src\build' -Recurse -ErrorAction SilentlyContinue | Where-Object LastWriteTime -gt $t) { exit 1 }" && goto run
echo autodiff: building (the first time this fetches what the build needs)>&2
call "%root%mvnw.cmd" -f "%root%pom.xml" -q -B -ntp -Dquick -Dmaven.test.skip=true -pl autodiff-examples -am package 1>&2 || (echo autodiff: the build failed>&2 & exit /b 1)
type nul >"%lib%\.built"
:run
"%java%" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -Djava.awt.headless=true "-Dautodiff.peers=%root%autodiff-benchmarks\peers\target\quick\lib" %AUTODIFF_JAVA_OPTS% -cp "%lib%\*" dev.autodiff.examples.Main %*
exit /b %ERRORLEVEL%
